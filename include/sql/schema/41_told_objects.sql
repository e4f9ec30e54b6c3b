-- What watchers told of and no run has looked at yet: a row for each key. A watcher writes it before it starts a run,
-- so that neither a killed triggerer nor a failed run loses an arrival. Discovery removes a row in the transaction that
-- writes the batches.
create table if not exists meta.told_objects (
    landing_zone text not null,
    -- The full key; empty where all that is known is that something has arrived.
    object_key text collate "C" not null,
    told_at timestamptz not null default clock_timestamp(),
    -- Runs that arrivals start leave it alone until then.
    due_at timestamptz not null default clock_timestamp(),
    primary key (landing_zone, object_key)
);

grant select, insert, update, delete on meta.told_objects to cerebro_loader;
grant select on meta.told_objects to cerebro_transformer;
