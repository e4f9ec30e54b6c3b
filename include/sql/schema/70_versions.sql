-- One row each time that the files of this folder were executed: their checksum, and what there was in the database
-- afterwards, as applied/objects.sql lists it. As long as the files are the same and nothing of it is missing, they are
-- not executed again.
create table if not exists meta.schema_versions (
    applied_at timestamptz not null default clock_timestamp() primary key,
    checksum text not null,
    objects text[] not null
);

-- One row per file of include/sql/migrations that this warehouse is past: executed, or found unnecessary because the
-- warehouse was new. The greatest number is the version of the warehouse's schema, and project_version was that of the
-- project at work. A project whose own version is lower writes nothing.
create table if not exists meta.migrations (
    number integer not null,
    name text not null,
    recorded_at timestamptz not null default clock_timestamp(),
    is_executed boolean not null,
    project_version integer not null,
    primary key (number, name)
);
