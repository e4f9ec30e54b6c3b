-- Notes a decision.
insert into raw.quarantine_decisions (load_id, reason, action, rows, corrections, decided_by, why, dag_run_id)
values (
    %(load_id)s, %(reason)s, %(action)s, %(rows)s, %(corrections)s::jsonb, %(decided_by)s, %(why)s, %(dag_run_id)s
);
