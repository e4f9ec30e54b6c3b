-- What a run has brought back to raw.
select
    count(*) as months,
    coalesce(-sum(retentions.objects), 0)::bigint as objects,
    coalesce(-sum(retentions.rows), 0)::bigint as minutes
from raw.retentions
where retentions.layer = 'minutes' and retentions.dag_run_id = %(dag_run_id)s;
