-- Notes that the minutes before a horizon have left raw.
insert into raw.retentions (layer, dag_run_id, horizon, objects, rows)
values ('minutes', %(dag_run_id)s, %(until)s, %(objects)s, %(rows)s)
on conflict (dag_run_id, layer, horizon) do update
set
    -- The last row holds, and the archive may have brought minutes back meanwhile.
    retention_id = default,
    objects = retentions.objects + excluded.objects,
    rows = retentions.rows + excluded.rows;
