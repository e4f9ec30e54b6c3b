-- The objects that a run has a row of in the ledger.
select
    loads.landing_zone,
    loads.object_key,
    loads.etag,
    loads.size_bytes,
    loads.landed_at,
    loads.status,
    loads.rows_loaded,
    loads.rows_rejected,
    loads.error,
    count(*) over () as in_all
from raw.loads
where loads.dag_run_id = %(run_id)s
order by loads.landing_zone asc, loads.object_key collate "C" asc
limit %(limit)s;
