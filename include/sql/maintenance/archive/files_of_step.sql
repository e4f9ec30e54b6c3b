-- The files of a step, with rows that are not in raw.
select
    archive_files.bucket,
    archive_files.archive_key,
    archive_files.table_name,
    archive_files.day,
    archive_files.rows,
    archive_files.archived_at
from meta.archive_files
where archive_files.horizon = %(horizon)s and archive_files.restored_at is null
order by archive_files.archive_key;
