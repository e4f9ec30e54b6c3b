-- Upserts one row per run: a retry of the task replaces the counts.
insert into meta.reconciliations (
    dag_run_id, readings_in, readings_in_facts, readings_rejected, readings_erased, readings_retired, difference
)
values (
    %(dag_run_id)s,
    %(readings_in)s,
    %(readings_in_facts)s,
    %(readings_rejected)s,
    %(readings_erased)s,
    %(readings_retired)s,
    %(difference)s
)
on conflict (dag_run_id) do update
set
    checked_at = excluded.checked_at,
    readings_in = excluded.readings_in,
    readings_in_facts = excluded.readings_in_facts,
    readings_rejected = excluded.readings_rejected,
    readings_erased = excluded.readings_erased,
    readings_retired = excluded.readings_retired,
    difference = excluded.difference;
