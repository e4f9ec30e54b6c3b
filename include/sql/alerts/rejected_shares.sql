-- Of the rows that this run took up, how many were rejected, by dataset, and for what; only where that is too many.
select
    loads.dataset,
    sum(loads.rows_in)::bigint as rows_in,
    sum(loads.rows_rejected)::bigint as rows_rejected,
    (
        array_agg(loads.object_key order by loads.rows_rejected desc, loads.object_key asc)
        filter (where loads.rows_rejected > 0)
    )[1] as worst_object
from raw.loads
where loads.status = 'loaded' and loads.dag_run_id = %(dag_run_id)s
group by loads.dataset
having sum(loads.rows_rejected) > sum(loads.rows_in) * %(share)s
order by loads.dataset;
