-- What the transformation has seen, so that a run costs what is new. load_id alone would not do: after raw was rebuilt
-- the same number names another load, so loaded_at goes with it.
create table if not exists meta.applied_loads (
    model text not null,
    load_id bigint not null,
    loaded_at timestamptz not null,
    applied_at timestamptz not null default now(),
    primary key (model, load_id, loaded_at)
);

-- One row for every finished transformation: the loads that were there when it began, and the dbt project that it ran.
create table if not exists meta.transformations (
    finished_at timestamptz not null default now() primary key,
    project_checksum text not null,
    load_count bigint not null,
    last_load_id bigint not null,
    last_loaded_at timestamptz
);

-- How many readings marts.fact_biometrics holds. Adding them up would scan all of history in every run; triggers on
-- the table keep the sum instead, whoever changes it. fact_table tells the table from its predecessors.
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

-- What the task reconcile counted at the end of a run: every run leaves its row, the red one, too.
create table if not exists meta.reconciliations (
    dag_run_id text primary key,
    checked_at timestamptz not null default clock_timestamp(),
    readings_in bigint not null,
    readings_in_facts bigint not null,
    readings_rejected bigint not null,
    -- Readings that came in and are neither in fact_biometrics nor rejected; below zero if some are there twice.
    difference bigint not null
);

alter table meta.applied_loads owner to cerebro_transformer;
alter table meta.transformations owner to cerebro_transformer;
alter table meta.reconciliations owner to cerebro_transformer;
alter table meta.fact_readings owner to cerebro_transformer;
alter function meta.keep_fact_readings() owner to cerebro_transformer;
