-- raw: immutable history. raw.loads has one row per ingested object version, written in the same transaction as the
-- rows that it counts.
--
-- The position of a load orders loads by their commit: its transaction takes it last, under a lock
-- (ledger/publish.sql). Nothing below a visible position becomes visible later, so "new since" is one comparison.
create sequence if not exists raw.load_positions;
create table if not exists raw.loads (
    load_id bigint generated always as identity primary key,
    dataset text not null check (dataset in ('heroes', 'missions', 'biometrics')),
    object_key text not null,
    etag text not null,
    size_bytes bigint not null,
    rows_in bigint not null,
    rows_loaded bigint not null,
    rows_rejected bigint not null,
    status text not null,
    error text,
    dag_run_id text,
    loaded_at timestamptz not null default clock_timestamp(),
    -- The earlier load of the same key that this one supersedes; null for a key's first load.
    supersedes bigint references raw.loads (load_id),
    -- The landing zone that delivered the object, the store's own time of it, and the version of the rules that
    -- judged it.
    landing_zone text not null default 'cerebro',
    landed_at timestamptz,
    rules_version text,
    -- A duplicate is an object whose bytes are in force already, under another key of its landing zone: the row names
    -- the load that holds them, and has no rows of its own. Where the bytes moved to another key, duplicate_of is the
    -- load that the rows were copied from.
    duplicate_of bigint references raw.loads (load_id),
    -- When a failure was over: its object was replaced, removed or loaded after all. Null as long as it is broken.
    resolved_at timestamptz,
    position bigint not null default nextval('raw.load_positions'),
    constraint loads_status_check check (
        status in ('loaded', 'failed', 'duplicate') and (status <> 'duplicate' or duplicate_of is not null)
    ),
    constraint loads_conserve_rows check (rows_in = rows_loaded + rows_rejected),
    constraint loads_failed_has_error check ((status = 'failed') = (error is not null))
);

-- An object is its landing zone and its key, the full key in the bucket. The loads of an object form one chain, so each
-- version is loaded exactly once: of two runs that load it at the same time, one waits here for the other and then
-- meets a conflict.
create unique index if not exists loads_chain
on raw.loads (landing_zone, object_key, supersedes) nulls not distinct where status <> 'failed';

create unique index if not exists loads_failures on raw.loads (landing_zone, object_key, etag) where status = 'failed';
create index if not exists loads_unresolved on raw.loads (landing_zone) where status = 'failed' and resolved_at is null;

-- Finds the load that has the bytes of an object, and the duplicates of a load.
create index if not exists loads_etag on raw.loads (etag) where status = 'loaded';
create index if not exists loads_duplicate_of on raw.loads (duplicate_of) where status = 'duplicate';

create unique index if not exists loads_position on raw.loads (position);
create index if not exists loads_supersedes on raw.loads (supersedes) where supersedes is not null;

-- The check of conservation adds these columns up in every run (checking/conservation.sql). Of a million loads, two
-- cores shared with others: 0.1 s from 41 MB of index, 0.6 s from the table.
create index if not exists loads_of_biometrics
on raw.loads (position) include (rows_in, rows_rejected) where dataset = 'biometrics' and status = 'loaded';

-- The last row of an object that did not fail, if there is one. PostgreSQL inlines it: a query has the same plan as
-- with the statement in its place.
create or replace function raw.last_row(of_zone text, of_key text)
returns table (load_id bigint, etag text, landed_at timestamptz)
language sql stable rows 1
as $$
    select
        loads.load_id,
        loads.etag,
        loads.landed_at
    from raw.loads
    where loads.landing_zone = of_zone and loads.object_key = of_key and loads.status <> 'failed'
    order by loads.load_id desc
    limit 1
$$;

-- History only grows: the next attempt may replace a failed one, and a duplicate may come to name another load, but a
-- load never changes. Its position alone may move.
create or replace function raw.refuse_to_rewrite_history() returns trigger language plpgsql as $$
begin
    raise exception 'raw.loads: load % of % is history and cannot be changed or deleted', old.load_id, old.object_key;
end
$$;

create or replace trigger loads_history_only_grows
before delete or update of
load_id, dataset, object_key, etag, size_bytes, rows_in, rows_loaded, rows_rejected, status, error, dag_run_id,
loaded_at, supersedes, landing_zone, landed_at, rules_version, duplicate_of, resolved_at
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
    -- The record's known fields as the loader understood them, under their standard names; null if the record says the
    -- same by itself, and in loads of 0.1.0.
    fields json,
    primary key (load_id, row_number)
);

-- One row per mission record, exactly as delivered. mission_at is the record's own timestamp, which the loader parses
-- as ISO 8601 (no offset means UTC).
create table if not exists raw.missions (
    load_id bigint not null references raw.loads (load_id),
    row_number bigint not null,
    mission_at timestamptz not null,
    record json not null,
    -- As in raw.heroes.
    fields json,
    primary key (load_id, row_number)
);

-- One row per load, hero and hour with accepted readings, as DuckDB counted them: the account of raw.biometrics, 60
-- times smaller. The transformation finds in it what a load has touched, and conservation what the fact must hold.
create table if not exists raw.load_hours (
    load_id bigint not null,
    hero_id text not null,
    hour_at timestamptz not null,
    reading_count bigint not null check (reading_count > 0)
);
create index if not exists load_hours_load_id on raw.load_hours using brin (load_id) with (pages_per_range = 16);
-- Equal keys share an index entry: 16 bytes a row for both, where one index on both columns takes 60.
create index if not exists load_hours_hero_id on raw.load_hours (hero_id);
create index if not exists load_hours_hour_at on raw.load_hours (hour_at);

-- One row per load and rejection reason. quarantine_key is the object in the bucket cerebro-quarantine that holds the
-- rejected rows; null for those of a hero who was forgotten, which are counted and kept nowhere.
create table if not exists raw.rejections (
    load_id bigint not null references raw.loads (load_id),
    reason text not null,
    rows bigint not null check (rows > 0),
    quarantine_key text,
    primary key (load_id, reason)
);

-- One row per load and measure with invalid values (out of range, NaN, infinite, not a number) in readings that were
-- accepted, or with damage that is no amount in accepted missions. An invalid value counts as missing for itself alone.
create table if not exists raw.invalid_measures (
    load_id bigint not null references raw.loads (load_id),
    measure text not null,
    readings bigint not null check (readings > 0),
    primary key (load_id, measure)
);

-- Copies the rows that one table of raw has of a load to another load.
create or replace function raw.copy_rows(table_name text, from_load bigint, to_load bigint) returns void
language plpgsql set search_path = ''
as $$
declare
    columns text;
begin
    select string_agg(format('%I', pg_attribute.attname), ', ' order by pg_attribute.attnum)
    into strict columns
    from pg_catalog.pg_attribute
    where
        pg_attribute.attrelid = format('raw.%I', table_name)::pg_catalog.regclass
        and pg_attribute.attnum > 0
        and not pg_attribute.attisdropped
        and pg_attribute.attname <> 'load_id';
    execute format(
        'insert into raw.%1$I (load_id, %2$s) select $2, %2$s from raw.%1$I where load_id = $1', table_name, columns
    ) using from_load, to_load;
end
$$;

-- Copies all rows of a load to another load: its bytes have moved to another key.
create or replace function raw.copy_load(from_load bigint, to_load bigint) returns void
language sql set search_path = ''
as $$
    select raw.copy_rows(pg_class.relname, from_load, to_load)
    from pg_catalog.pg_class
    inner join pg_catalog.pg_attribute on pg_class.oid = pg_attribute.attrelid
    where
        pg_class.relnamespace = 'raw'::pg_catalog.regnamespace
        and pg_class.relkind in ('r', 'p')
        and not pg_class.relispartition
        and pg_class.relname <> 'loads'
        and pg_attribute.attname = 'load_id'
$$;

-- One row per column, and per change of one, in a dataset of a landing zone: new, gone, or of another type, each noted
-- once with the first object that has it. Rows with the change `first` are the columns of the dataset's first object.
create table if not exists raw.schema_changes (
    landing_zone text not null,
    dataset text not null,
    column_name text not null,
    change text not null check (change in ('first', 'new', 'gone', 'type')),
    column_type text not null,
    object_key text not null,
    dag_run_id text,
    noted_at timestamptz not null default clock_timestamp(),
    primary key (landing_zone, dataset, column_name, change, column_type)
);

grant select, insert on all tables in schema raw to cerebro_loader;
grant usage on sequence raw.load_positions to cerebro_loader;
grant update, delete on raw.loads to cerebro_loader;
grant select on all tables in schema raw to cerebro_transformer;
