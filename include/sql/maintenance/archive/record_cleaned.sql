-- Notes that heroes have left a file of the archive, which was written again, and how many rows it has now.
with counted as (
    update meta.archive_files
    set rows = %(rows)s
    where archive_files.bucket = %(bucket)s and archive_files.archive_key = %(archive_key)s
)

insert into meta.erasure_archive_files (erasure_id, bucket, archive_key, rows)
values (%(erasure_id)s, %(bucket)s, %(archive_key)s, %(removed)s)
on conflict (erasure_id, bucket, archive_key) do update
set rows = erasure_archive_files.rows + excluded.rows;
