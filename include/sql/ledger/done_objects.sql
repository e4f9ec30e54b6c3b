-- How many objects of a run are done with: loaded, duplicates, or broken until they or the rules change. What the store
-- refused does not count: the next run reads it again.
select count(*) as done
from raw.loads
where
    loads.dag_run_id = %(dag_run_id)s
    and (loads.status <> 'failed' or loads.rules_version is not null);
