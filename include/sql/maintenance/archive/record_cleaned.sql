-- Notes that heroes leave a file of the archive, which is written again, and how many rows it has then. A repetition
-- notes the same.
with counted as (
    update meta.archive_files
    set rows = %(rows)s
    where archive_files.bucket = %(bucket)s and archive_files.archive_key = %(archive_key)s
)

insert into meta.erasure_archive_files (erasure_id, bucket, archive_key, rows)
values (%(erasure_id)s, %(bucket)s, %(archive_key)s, %(removed)s)
on conflict (erasure_id, bucket, archive_key) do update
set rows = excluded.rows;
