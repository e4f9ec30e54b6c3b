-- One row per model and load that it has applied, so that the cost of a run depends on new loads alone. loaded_at is
-- part of the key because load_id is not enough: after raw is rebuilt, the same number names another load.
create table if not exists meta.applied_loads (
    model text not null,
    load_id bigint not null,
    loaded_at timestamptz not null,
    applied_at timestamptz not null default now(),
    primary key (model, load_id, loaded_at)
);

-- One row per finished transformation: the loads that existed when it began, and the checksum of its dbt project.
create table if not exists meta.transformations (
    finished_at timestamptz not null default now() primary key,
    project_checksum text not null,
    load_count bigint not null,
    last_load_id bigint not null,
    last_loaded_at timestamptz
);

-- The number of readings in marts.fact_biometrics. Summing them would scan all of history in every run, so triggers on
-- the table maintain the sum, whichever role changes it. fact_table distinguishes the table from those it replaced.
create table if not exists meta.fact_readings (
    fact_table oid primary key,
    readings bigint not null
);

create or replace function meta.keep_fact_readings() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
    change bigint := 0;
begin
    if tg_op = 'TRUNCATE' then
        update meta.fact_readings set readings = 0 where fact_table = tg_relid;
        return null;
    end if;
    if tg_op in ('INSERT', 'UPDATE') then
        change := change + (select coalesce(sum(added.reading_count), 0) from added);
    end if;
    if tg_op in ('DELETE', 'UPDATE') then
        change := change - (select coalesce(sum(removed.reading_count), 0) from removed);
    end if;
    if change <> 0 then
        update meta.fact_readings set readings = readings + change where fact_table = tg_relid;
    end if;
    return null;
end
$$;

-- One row per run: the counts of the task `reconcile`. A run that fails the check leaves its row, too.
create table if not exists meta.reconciliations (
    dag_run_id text primary key,
    checked_at timestamptz not null default clock_timestamp(),
    readings_in bigint not null,
    readings_in_facts bigint not null,
    readings_rejected bigint not null,
    -- Ingested readings that are neither in fact_biometrics nor rejected; negative if some are in it twice.
    difference bigint not null
);

alter table meta.applied_loads owner to cerebro_transformer;
alter table meta.transformations owner to cerebro_transformer;
alter table meta.reconciliations owner to cerebro_transformer;
alter table meta.fact_readings owner to cerebro_transformer;
alter function meta.keep_fact_readings() owner to cerebro_transformer;
