-- One row per batch of objects that a run is to load: the work of one load task, or a landing zone's share of it.
-- Discovery writes it together with the listing; the tasks pass only its number. A retry of discovery writes new
-- batches, so that a load task that is running keeps its own. Discovery removes rows after a day.
create table if not exists meta.manifests (
    batch bigint generated always as identity primary key,
    dag_run_id text not null,
    landing_zone text not null,
    dataset text not null,
    object_count bigint not null,
    size_bytes bigint not null,
    -- An array for each object: key, ETag, size in bytes, when the store took it.
    objects json not null,
    written_at timestamptz not null default clock_timestamp(),
    -- When its load task was through with it; null if that was killed, failed or is still to come.
    finished_at timestamptz
);
create index if not exists manifests_written_at on meta.manifests (written_at);

grant select, insert, update, delete on meta.manifests to cerebro_loader;
grant select on meta.manifests to cerebro_transformer;
