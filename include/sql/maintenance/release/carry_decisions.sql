-- The decisions about the load that is superseded hold for the new one, too, but not those to discard what is released.
insert into raw.quarantine_decisions (
    load_id, reason, action, rows, corrections, decided_by, why, dag_run_id, decided_at
)
select
    %(to_load_id)s,
    decisions.reason,
    decisions.action,
    decisions.rows,
    decisions.corrections,
    decisions.decided_by,
    decisions.why,
    decisions.dag_run_id,
    decisions.decided_at
from raw.quarantine_decisions as decisions
where
    decisions.load_id = %(load_id)s
    and (decisions.action = 'release' or decisions.reason <> %(reason)s);
