-- Adds a load of bytes that are in raw already, under another key: it takes over the counts of the load that held them.
insert into raw.loads (
    landing_zone, dataset, object_key, etag, size_bytes, landed_at, rows_in, rows_loaded, rows_rejected, status,
    rules_version, dag_run_id, supersedes, duplicate_of
)
select
    held.landing_zone,
    held.dataset,
    %(object_key)s,
    held.etag,
    held.size_bytes,
    %(landed_at)s,
    held.rows_in,
    held.rows_loaded,
    held.rows_rejected,
    'loaded',
    held.rules_version,
    %(dag_run_id)s,
    %(supersedes)s,
    held.load_id
from raw.loads as held
where held.load_id = %(load_id)s
returning load_id;
