-- One row per finished transformation: every model and test was green for all loads up to the position.
create table if not exists meta.transformations (
    finished_at timestamptz not null default clock_timestamp() primary key,
    position bigint not null,
    -- With the position it identifies the load: a rebuilt raw has other times.
    loaded_at timestamptz,
    project_checksum text not null,
    -- The last row of raw.retentions for the marts that it has seen.
    retention_id bigint not null default 0
);

-- One row per table that dbt keeps from run to run: the versions of the rules that made its rows and its keys, and the
-- position up to which it is complete. A table that is built again writes its row in its own transaction, a finished
-- transformation moves the positions of all. The next transformation begins after the lowest position.
create table if not exists meta.tables (
    model text primary key,
    rules text not null,
    keys text not null,
    -- The plan that built it again.
    plan text not null,
    position bigint not null,
    -- With the position it identifies the load: a rebuilt raw has other times.
    loaded_at timestamptz,
    rebuilt_at timestamptz not null default clock_timestamp(),
    -- What building it again took, and PostgreSQL's estimate of its rows then.
    seconds double precision not null,
    row_count double precision not null
);

-- Records that a plan (transforming/state.py) has built a model's table again, in the transaction that makes it: how
-- many rows it has and how many seconds it took.
create or replace function meta.record_rebuild(model_name text, relation regclass, planned jsonb) returns void
language sql as $$
    insert into meta.tables (model, rules, keys, plan, position, loaded_at, seconds, row_count)
    select
        model_name,
        planned -> 'models' -> model_name ->> 'rules',
        planned -> 'models' -> model_name ->> 'keys',
        planned ->> 'plan',
        (planned ->> 'position')::bigint,
        (planned ->> 'loaded_at')::timestamptz,
        extract(epoch from clock_timestamp() - now()),
        greatest(pg_class.reltuples, 0)
    from pg_class
    where pg_class.oid = relation
    on conflict (model) do update
    set
        rules = excluded.rules,
        keys = excluded.keys,
        plan = excluded.plan,
        position = excluded.position,
        loaded_at = excluded.loaded_at,
        rebuilt_at = clock_timestamp(),
        seconds = excluded.seconds,
        row_count = excluded.row_count
$$;

-- One row per run: the counts of the task `reconcile`. A run that fails the check leaves its row, too.
create table if not exists meta.reconciliations (
    dag_run_id text primary key,
    checked_at timestamptz not null default clock_timestamp(),
    readings_in bigint not null,
    readings_in_facts bigint not null,
    readings_rejected bigint not null,
    -- Ingested readings that are neither in fact_biometrics nor rejected; negative if some are in it twice.
    difference bigint not null,
    readings_erased bigint not null default 0,
    readings_retired bigint not null default 0
);

alter table meta.transformations owner to cerebro_transformer;
alter table meta.tables owner to cerebro_transformer;
alter table meta.reconciliations owner to cerebro_transformer;

-- One row per run and landing zone: what discovery found there. examples has some keys of what it did not recognise,
-- notes say what to deliver instead. error says why the landing zone could not be listed.
create table if not exists meta.listings (
    dag_run_id text not null,
    landing_zone text not null,
    listed_at timestamptz not null default clock_timestamp(),
    objects bigint not null,
    new_objects bigint not null,
    unrecognised bigint not null,
    examples text[] not null,
    notes text[] not null,
    error text,
    -- New objects that the run leaves to the next one. A run that goes on with them repeats the counts of the listing.
    objects_waiting bigint not null default 0,
    bytes_waiting bigint not null default 0,
    -- When the landing zone was listed in full, for this run or for one that it went on with; null if that failed.
    listed_in_full_at timestamptz,
    -- New objects that a scheduled run found by listing, and that watchers had told no run of.
    objects_untold bigint not null default 0,
    primary key (dag_run_id, landing_zone)
);
create index if not exists listings_listed_at on meta.listings (listed_at);

grant usage on schema meta to cerebro_loader;
grant select, insert, update on meta.listings to cerebro_loader;
grant select on meta.listings to cerebro_transformer;
