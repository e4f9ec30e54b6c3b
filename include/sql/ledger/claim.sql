-- Claims the objects that are still new: adds one ledger row per object, which supersedes the last row of its key in
-- its landing zone. An object is new if that row has another ETag, or is the load that the object replaces. Exactly
-- once: if another run claims the same object at the same time, this statement waits for it and then does not return
-- the object. The rows are sorted, so that two runs never deadlock.
insert into raw.loads (
    landing_zone, dataset, object_key, etag, size_bytes, landed_at, rows_in, rows_loaded, rows_rejected, status,
    rules_version, dag_run_id, supersedes
)
select
    %(landing_zone)s,
    %(dataset)s,
    taken.object_key,
    taken.etag,
    taken.size_bytes,
    taken.landed_at,
    taken.rows_loaded + taken.rows_rejected,
    taken.rows_loaded,
    taken.rows_rejected,
    'loaded',
    %(rules_version)s,
    %(dag_run_id)s,
    last_row.load_id
from unnest(
    %(object_keys)s::text[], %(etags)s::text[], %(sizes)s::bigint[], %(landed_at)s::timestamptz[],
    %(rows_loaded)s::bigint[], %(rows_rejected)s::bigint[], %(replaces)s::bigint[]
) as taken (object_key, etag, size_bytes, landed_at, rows_loaded, rows_rejected, replaces)
left join lateral raw.last_row(%(landing_zone)s, taken.object_key) as last_row on true
where last_row.etag is distinct from taken.etag or last_row.load_id = taken.replaces
order by taken.object_key collate "C"
on conflict do nothing
returning object_key, load_id;
