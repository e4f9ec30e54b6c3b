-- What has left the archive with an erasure: files that were written again, and their rows.
select
    count(*) as files,
    coalesce(sum(erasure_archive_files.rows), 0)::bigint as rows
from meta.erasure_archive_files
where erasure_archive_files.erasure_id = %(erasure_id)s;
