-- raw: immutable history. raw.loads has one row per ingested object version, written in the same transaction as the
-- rows that it counts.
create table if not exists raw.loads (
    load_id bigint generated always as identity primary key,
    dataset text not null check (dataset in ('heroes', 'missions', 'biometrics')),
    object_key text not null,
    etag text not null,
    size_bytes bigint not null,
    rows_in bigint not null,
    rows_loaded bigint not null,
    rows_rejected bigint not null,
    status text not null check (status in ('loaded', 'failed')),
    error text,
    dag_run_id text,
    loaded_at timestamptz not null default clock_timestamp(),
    -- The earlier load of the same key that this one supersedes; null for a key's first load.
    supersedes bigint references raw.loads (load_id),
    constraint loads_conserve_rows check (rows_in = rows_loaded + rows_rejected),
    constraint loads_failed_has_error check ((status = 'failed') = (error is not null))
);

-- The landing zone that delivered the object, the store's own time of it, and the version of the rules that judged it.
alter table raw.loads add column if not exists landing_zone text not null default 'cerebro';
alter table raw.loads add column if not exists landed_at timestamptz;
alter table raw.loads add column if not exists rules_version text;

-- The loads of a key form one chain, so each object version is loaded exactly once: of two runs that load it at the
-- same time, one waits here for the other and then meets a conflict.
create unique index if not exists loads_one_successor
on raw.loads (object_key, supersedes) nulls not distinct where status = 'loaded';

create unique index if not exists loads_one_failure
on raw.loads (object_key, etag) where status = 'failed';

-- The position of a load orders loads by their commit: its transaction takes it last, under a lock
-- (ledger/publish.sql). Nothing below a visible position becomes visible later, so "new since" is one comparison.
create sequence if not exists raw.load_positions;
alter table raw.loads add column if not exists position bigint not null default nextval('raw.load_positions');
create unique index if not exists loads_position on raw.loads (position);

create index if not exists loads_supersedes on raw.loads (supersedes) where supersedes is not null;

-- History only grows: the next attempt may replace a failed one, but never a load. Its position alone may move.
create or replace function raw.refuse_to_rewrite_history() returns trigger language plpgsql as $$
begin
    raise exception 'raw.loads: load % of % is history and cannot be changed or deleted', old.load_id, old.object_key;
end
$$;

create or replace trigger loads_history_only_grows
before delete or update of
load_id, dataset, object_key, etag, size_bytes, rows_in, rows_loaded, rows_rejected, status, error, dag_run_id,
loaded_at, supersedes, landing_zone, landed_at, rules_version
on raw.loads
for each row when (old.status = 'loaded')
execute function raw.refuse_to_rewrite_history();

-- One row per current load: loaded, and not superseded by a later version of the same object.
create or replace view raw.current_loads as
select loads.*
from raw.loads
where
    loads.status = 'loaded'
    and not exists (
        select from raw.loads as successors
        where successors.supersedes = loads.load_id
    );

-- One row per hero record, exactly as delivered: values are untouched and unknown fields are kept. A CSV line is stored
-- as a JSON object of strings, with the header's names as keys.
create table if not exists raw.heroes (
    load_id bigint not null references raw.loads (load_id),
    row_number bigint not null,
    record json not null,
    primary key (load_id, row_number)
);

-- One row per mission record, exactly as delivered. mission_at is the record's own timestamp, which the loader parses
-- as ISO 8601 (no offset means UTC).
create table if not exists raw.missions (
    load_id bigint not null references raw.loads (load_id),
    row_number bigint not null,
    mission_at timestamptz not null,
    record json not null,
    primary key (load_id, row_number)
);

-- The record's known fields as the loader understood them, under their standard names; null if the record says the same
-- by itself, and in loads of an earlier release.
alter table raw.heroes add column if not exists fields json;
alter table raw.missions add column if not exists fields json;

-- One row per load, hero and minute: for each measure, the aggregates that merge minutes from several objects exactly.
-- There is no foreign key to raw.loads: its check per row would cost more than the COPY itself, and the loader writes
-- both tables in one transaction.
create table if not exists raw.biometrics (
    load_id bigint not null,
    hero_id text not null,
    minute_at timestamptz not null,
    reading_count integer not null,
    heart_rate_count integer not null,
    heart_rate_sum double precision,
    heart_rate_min double precision,
    heart_rate_max double precision,
    stress_level_count integer not null,
    stress_level_sum double precision,
    stress_level_min double precision,
    stress_level_max double precision,
    energy_output_count integer not null,
    energy_output_sum double precision,
    energy_output_min double precision,
    energy_output_max double precision
);

-- Rows arrive sorted by load_id and, within a load, by minute_at, so block ranges find both. One index covers both
-- columns: PostgreSQL's processor time for the COPY of 835,000 rows was 0.60 s without index, 0.80 s with this one,
-- 0.93 s with one index each; a b-tree on (minute_at, hero_id) took half as long again as the whole COPY.
create index if not exists biometrics_load_id_minute_at on raw.biometrics
using brin (load_id, minute_at) with (pages_per_range = 32);

-- Summarizes the new block ranges of raw.biometrics. Call it before a query for new rows: PostgreSQL reads every row
-- that came after the last summary, and autovacuum may not write the next one until a fifth of the table is new
-- (autosummarize queues more requests than autovacuum can hold).
create or replace function raw.summarize_biometrics() returns void
language plpgsql security definer set search_path = '' set lock_timeout = '5s'
as $$
begin
    perform pg_catalog.brin_summarize_new_values(pg_index.indexrelid)
    from pg_catalog.pg_index
    inner join pg_catalog.pg_class on pg_index.indexrelid = pg_class.oid
    inner join pg_catalog.pg_am on pg_class.relam = pg_am.oid
    where pg_index.indrelid = 'raw.biometrics'::pg_catalog.regclass and pg_am.amname = 'brin';
    -- Without it the planner expects one row after the last minute that it knows, and compares each with all heroes.
    analyze raw.biometrics (load_id, hero_id, minute_at);
exception
    -- A vacuum is at work, which summarizes, too.
    when lock_not_available then null;
end
$$;
revoke execute on function raw.summarize_biometrics() from public;
grant execute on function raw.summarize_biometrics() to cerebro_transformer;

-- One row per load, hero and hour with accepted readings, as DuckDB counted them: the account of raw.biometrics, 60
-- times smaller. The transformation finds in it what a load has touched, and conservation what the fact must hold.
do $$
begin
    if to_regclass('raw.load_hours') is null then
        create table raw.load_hours (
            load_id bigint not null,
            hero_id text not null,
            hour_at timestamptz not null,
            reading_count bigint not null check (reading_count > 0)
        );
        -- Loads of an earlier release.
        insert into raw.load_hours (load_id, hero_id, hour_at, reading_count)
        select
            biometrics.load_id,
            biometrics.hero_id,
            date_trunc('hour', biometrics.minute_at, 'UTC') as hour_at,
            sum(biometrics.reading_count) as reading_count
        from raw.biometrics
        group by biometrics.load_id, biometrics.hero_id, hour_at
        order by biometrics.load_id, hour_at;
    end if;
end
$$;
create index if not exists load_hours_load_id on raw.load_hours using brin (load_id) with (pages_per_range = 16);
-- Equal keys share an index entry: 16 bytes a row for both, where one index on both columns takes 60.
create index if not exists load_hours_hero_id on raw.load_hours (hero_id);
create index if not exists load_hours_hour_at on raw.load_hours (hour_at);

-- One row per load and rejection reason. quarantine_key is the object in the bucket cerebro-quarantine that holds the
-- rejected rows.
create table if not exists raw.rejections (
    load_id bigint not null references raw.loads (load_id),
    reason text not null,
    rows bigint not null check (rows > 0),
    quarantine_key text not null,
    primary key (load_id, reason)
);

-- One row per load and measure with invalid values (out of range, NaN, infinite, not a number) in readings that were
-- accepted, or with damage that is no amount in missions that were. An invalid value counts as missing for itself alone.
create table if not exists raw.invalid_measures (
    load_id bigint not null references raw.loads (load_id),
    measure text not null,
    readings bigint not null check (readings > 0),
    primary key (load_id, measure)
);

-- Which measures there are is the loader's to know: an earlier release named three.
alter table raw.invalid_measures drop constraint if exists invalid_measures_measure_check;

grant select, insert on all tables in schema raw to cerebro_loader;
grant usage on sequence raw.load_positions to cerebro_loader;
grant update, delete on raw.loads to cerebro_loader;
grant select on all tables in schema raw to cerebro_transformer;
