-- Notes that the minutes of a step are back in raw: the horizon before it holds again, and what came back counts
-- against what has left.
with restored as (
    update meta.archive_files
    set restored_at = clock_timestamp()
    where archive_files.horizon = %(horizon)s and archive_files.restored_at is null
)

insert into raw.retentions (layer, dag_run_id, horizon, objects, rows)
values ('minutes', %(dag_run_id)s, %(before)s::timestamptz, %(objects)s, %(rows)s)
on conflict (dag_run_id, layer, horizon) do update
set
    -- The last row holds.
    retention_id = default,
    objects = retentions.objects + excluded.objects,
    rows = retentions.rows + excluded.rows;
