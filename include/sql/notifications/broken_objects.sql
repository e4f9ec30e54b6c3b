-- What this run could not load; also when the next run has tried it again by now, and the ledger names that one.
select loads.error
from raw.loads
where loads.status = 'failed' and (loads.dag_run_id = %(dag_run_id)s or loads.loaded_at >= %(started_at)s)
order by loads.object_key;
