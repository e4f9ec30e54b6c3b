-- The erasure of a run.
select
    erasures.erasure_id,
    erasures.objects,
    erasures.readings,
    erasures.records,
    erasures.participations
from raw.erasures
where erasures.dag_run_id = %(dag_run_id)s;
