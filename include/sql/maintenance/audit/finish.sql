-- Notes what came of an action.
update meta.maintenance_actions
set
    finished_at = clock_timestamp(),
    outcome = %(outcome)s::json
where maintenance_actions.action = %(action)s and maintenance_actions.dag_run_id = %(dag_run_id)s;
