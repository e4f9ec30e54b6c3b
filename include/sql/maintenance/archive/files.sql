-- All files of the archive.
select
    archive_files.bucket,
    archive_files.archive_key
from meta.archive_files;
