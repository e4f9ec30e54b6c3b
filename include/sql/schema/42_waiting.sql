-- What a listing found new and its run did not take: chunks of objects, the oldest first. The runs that follow take
-- from the front, so that only the first and the last run of a backlog list. The next listing of the landing zone
-- replaces all of it, and discovery removes rows after a day: after that, a run lists again.
create table if not exists meta.waiting (
    chunk bigint generated always as identity primary key,
    landing_zone text not null,
    dataset text not null,
    -- Objects that an earlier run tried in vain come after all others.
    is_last boolean not null,
    -- When the store took the first of them, in its words; null until the chunk is sorted, in the same transaction.
    oldest text collate "C",
    object_count bigint not null,
    size_bytes bigint not null,
    -- An array for each object: key, ETag, size in bytes, when the store took it, the load that it replaces.
    objects json not null,
    written_at timestamptz not null default now()
);

grant select, insert, delete on meta.waiting to cerebro_loader;
grant select on meta.waiting to cerebro_transformer;
