-- One row per object that this run could not load. loaded_at also finds objects that the next run has retried by now:
-- the retry replaces dag_run_id in the ledger.
select loads.error
from raw.loads
where loads.status = 'failed' and (loads.dag_run_id = %(dag_run_id)s or loads.loaded_at >= %(started_at)s)
order by loads.object_key;
