-- What a run has decided already.
select
    decisions.load_id,
    decisions.rows
from raw.quarantine_decisions as decisions
where decisions.dag_run_id = %(dag_run_id)s and decisions.action = %(action)s
order by decisions.load_id
limit 1;
