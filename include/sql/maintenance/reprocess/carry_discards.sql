-- Rows that were discarded stay so where the load that took the place of theirs rejects as many for the same reason.
insert into raw.quarantine_decisions (
    load_id, reason, action, rows, corrections, decided_by, why, dag_run_id, decided_at
)
select
    loads.load_id,
    decisions.reason,
    decisions.action,
    decisions.rows,
    decisions.corrections,
    decisions.decided_by,
    decisions.why,
    decisions.dag_run_id,
    decisions.decided_at
from raw.loads
inner join raw.quarantine_decisions as decisions on loads.supersedes = decisions.load_id
inner join raw.rejections as before on decisions.load_id = before.load_id and decisions.reason = before.reason
inner join raw.rejections as after on loads.load_id = after.load_id and before.reason = after.reason
where
    decisions.load_id = any(%(load_ids)s)
    and decisions.action = 'discard'
    and before.rows = after.rows
on conflict do nothing;
