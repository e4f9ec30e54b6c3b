-- Notes how far the quarantine is clean.
insert into meta.erasure_progress (erasure_id, last_key, objects_rewritten, rows_removed, is_finished)
values (%(erasure_id)s, %(last_key)s, %(objects_rewritten)s, %(rows_removed)s, %(is_finished)s)
on conflict (erasure_id) do update
set
    last_key = excluded.last_key,
    objects_rewritten = excluded.objects_rewritten,
    rows_removed = excluded.rows_removed,
    is_finished = excluded.is_finished;
