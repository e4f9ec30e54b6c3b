-- What a run has loaded again.
select
    count(*) as objects,
    coalesce(sum(loads.rows_loaded), 0)::bigint as rows_loaded,
    coalesce(sum(loads.rows_rejected), 0)::bigint as rows_rejected
from raw.loads
where loads.dag_run_id = %(dag_run_id)s and loads.status = 'loaded';
