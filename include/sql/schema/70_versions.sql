-- One row each time that the files of this folder were executed: their checksum, and what there was in the database
-- afterwards, as applied/objects.sql lists it. As long as the files are the same and nothing of it is missing, they are
-- not executed again.
create table if not exists meta.schema_versions (
    applied_at timestamptz not null default clock_timestamp() primary key,
    checksum text not null,
    objects text[] not null
);
