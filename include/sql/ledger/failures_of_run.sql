-- One row per object that this run could not load. Every run retries all earlier failures, so these are all objects
-- that are broken now.
select
    loads.object_key,
    loads.error
from raw.loads
where loads.status = 'failed' and loads.dag_run_id = %(dag_run_id)s
order by loads.object_key collate "C";
