-- What came of an operator's run, as far as it is noted.
select maintenance_actions.outcome
from meta.maintenance_actions
where maintenance_actions.dag_run_id = %(run_id)s and maintenance_actions.outcome is not null
order by maintenance_actions.started_at desc
limit 1;
