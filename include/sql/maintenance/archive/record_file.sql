-- Notes a file of the archive in the transaction that deletes its rows. A file whose rows are back in raw is written
-- over; no other is.
insert into meta.archive_files (bucket, archive_key, table_name, day, horizon, rows)
values (%(bucket)s, %(archive_key)s, %(table_name)s, %(day)s, %(until)s, %(rows)s)
on conflict (bucket, archive_key) do update
set
    rows = excluded.rows,
    archived_at = excluded.archived_at,
    restored_at = null
where archive_files.restored_at is not null;
