-- Upserts what a run found in a landing zone: a retry of the task replaces the row.
insert into meta.listings (
    dag_run_id, landing_zone, objects, new_objects, unrecognised, examples, notes, error, objects_waiting,
    bytes_waiting, listed_in_full_at, objects_untold
)
values (
    %(dag_run_id)s, %(landing_zone)s, %(objects)s, %(new_objects)s, %(unrecognised)s, %(examples)s::text[],
    %(notes)s::text[], %(error)s, %(objects_waiting)s, %(bytes_waiting)s,
    case when %(error)s::text is null then clock_timestamp() end,
    %(objects_untold)s
)
on conflict (dag_run_id, landing_zone) do update
set
    listed_at = excluded.listed_at,
    objects = excluded.objects,
    new_objects = excluded.new_objects,
    unrecognised = excluded.unrecognised,
    examples = excluded.examples,
    notes = excluded.notes,
    error = excluded.error,
    objects_waiting = excluded.objects_waiting,
    bytes_waiting = excluded.bytes_waiting,
    listed_in_full_at = excluded.listed_in_full_at,
    objects_untold = excluded.objects_untold;
