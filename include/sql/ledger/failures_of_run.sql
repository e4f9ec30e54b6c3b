-- What this run could not load. Every run tries all that failed before, so this is all that is broken now.
select
    loads.object_key,
    loads.error
from raw.loads
where loads.status = 'failed' and loads.dag_run_id = %(dag_run_id)s
order by loads.object_key collate "C";
