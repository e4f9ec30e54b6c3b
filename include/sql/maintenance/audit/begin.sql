-- Notes that an action begins. A retry of its task leaves the row as it is.
insert into meta.maintenance_actions (action, dag_run_id, requested_by, reason, parameters, is_dry_run)
values (%(action)s, %(dag_run_id)s, %(requested_by)s, %(reason)s, %(parameters)s::json, %(is_dry_run)s)
on conflict (action, dag_run_id) do nothing;
