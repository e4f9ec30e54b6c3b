-- Adds one ledger row per duplicate, which names the load that holds its bytes and supersedes the last row of its key.
insert into raw.loads (
    landing_zone, dataset, object_key, etag, size_bytes, landed_at, rows_in, rows_loaded, rows_rejected, status,
    dag_run_id, supersedes, duplicate_of
)
select
    %(landing_zone)s,
    %(dataset)s,
    taken.object_key,
    taken.etag,
    taken.size_bytes,
    taken.landed_at,
    0,
    0,
    0,
    'duplicate',
    %(dag_run_id)s,
    last_row.load_id,
    taken.duplicate_of
from unnest(
    %(object_keys)s::text[], %(etags)s::text[], %(sizes)s::bigint[], %(landed_at)s::timestamptz[],
    %(duplicate_of)s::bigint[]
) as taken (object_key, etag, size_bytes, landed_at, duplicate_of)
left join lateral raw.last_row(%(landing_zone)s, taken.object_key) as last_row on true
order by taken.object_key collate "C"
returning load_id;
