-- Rows that were discarded stay so where the load that took the place of theirs rejects as many for the same reason.
with discards as (
    select decisions.*
    from raw.quarantine_decisions as decisions
    where decisions.load_id = any(%(load_ids)s) and decisions.action = 'discard'
)

insert into raw.quarantine_decisions (
    load_id, reason, action, rows, corrections, decided_by, why, dag_run_id, decided_at
)
select
    loads.load_id,
    discards.reason,
    discards.action,
    discards.rows,
    discards.corrections,
    discards.decided_by,
    discards.why,
    discards.dag_run_id,
    discards.decided_at
from raw.loads
inner join discards on loads.supersedes = discards.load_id
inner join raw.rejections as before on discards.load_id = before.load_id and discards.reason = before.reason
inner join raw.rejections as after on loads.load_id = after.load_id and before.reason = after.reason
where before.rows = after.rows
on conflict do nothing;
