-- Notes that the rows of superseded loads have left.
insert into raw.retentions (layer, dag_run_id, horizon, position, objects, rows)
values ('superseded', %(dag_run_id)s, %(horizon)s, %(position)s, %(objects)s, %(rows)s)
on conflict (dag_run_id, layer, horizon) do update
set
    position = excluded.position,
    objects = retentions.objects + excluded.objects,
    rows = retentions.rows + excluded.rows,
    retired_at = clock_timestamp();
