-- Claims the objects that are still new: adds one ledger row per object, which supersedes the last load of its key.
-- Exactly once: if another run claims the same object at the same time, this statement waits for it and then does not
-- return the object. The rows are sorted, so that two runs never deadlock.
insert into raw.loads (
    dataset, object_key, etag, size_bytes, rows_in, rows_loaded, rows_rejected, status, dag_run_id, supersedes
)
select
    %(dataset)s,
    taken.object_key,
    taken.etag,
    taken.size_bytes,
    taken.rows_loaded + taken.rows_rejected,
    taken.rows_loaded,
    taken.rows_rejected,
    'loaded',
    %(dag_run_id)s,
    last_load.load_id
from unnest(
    %(object_keys)s::text[], %(etags)s::text[], %(sizes)s::bigint[],
    %(rows_loaded)s::bigint[], %(rows_rejected)s::bigint[]
) as taken (object_key, etag, size_bytes, rows_loaded, rows_rejected)
left join lateral (
    select
        loads.load_id,
        loads.etag
    from raw.loads
    where loads.object_key = taken.object_key and loads.status = 'loaded'
    order by loads.load_id desc
    limit 1
) as last_load on true
where last_load.etag is distinct from taken.etag
order by taken.object_key collate "C"
on conflict do nothing
returning object_key, load_id;
