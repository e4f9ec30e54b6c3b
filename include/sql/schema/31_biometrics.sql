-- One row per load, hero and minute: for each measure, the aggregates that merge minutes from several objects exactly.
-- There is no foreign key to raw.loads: its check per row would cost more than the COPY itself, and the loader writes
-- both tables in one transaction.
--
-- A partition for each month (27_months.sql), so that retention truncates it: 52 million rows in milliseconds, and
-- their disk space is free at once. The loader adds those of the months that it brings.
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
    energy_output_max double precision,
    -- The seconds of the minute in which the object has a reading: bit n of second n. Null in loads of 0.1.0.
    seconds bigint
) partition by range (minute_at);

create table if not exists raw.biometrics_early partition of raw.biometrics
for values from (minvalue) to ('2020-01-01Z');

-- Rows arrive sorted by load_id and, within a load, by minute_at, so block ranges find both. One index covers both
-- columns: PostgreSQL's processor time for the COPY of 835,000 rows was 0.60 s without index, 0.80 s with this one,
-- 0.93 s with one index each; a b-tree on (minute_at, hero_id) took half as long again as the whole COPY.
create index if not exists biometrics_load_id_minute_at on raw.biometrics
using brin (load_id, minute_at) with (pages_per_range = 32);

grant select, insert on raw.biometrics to cerebro_loader;
grant select on raw.biometrics to cerebro_transformer;

-- The partitions, with the months that each has.
create or replace function raw.biometrics_partitions()
returns table (name regclass, from_at timestamptz, until_at timestamptz)
language sql stable set search_path = ''
as $$
    select partitions.* from meta.partitions('raw.biometrics') as partitions
$$;

-- The first days of the months that have no partition, among those of some days. Until the end of the transaction no
-- partition leaves. The lock is that of a COPY; it waits for nobody.
create or replace function raw.missing_months(days date[]) returns date[]
language sql set search_path = ''
as $$
    select meta.missing_months('raw.biometrics', days)
$$;

-- Adds the partitions that days need. Call it in a transaction of its own: it keeps VACUUM, ANALYZE and others who add
-- partitions waiting, but no reader, no load and no pg_dump.
create or replace function raw.add_months(days date[]) returns void
language sql security definer set search_path = ''
as $$
    select meta.add_months('raw.biometrics', days)
$$;
revoke execute on function raw.add_months(date[]) from public;
grant execute on function raw.add_months(date[]) to cerebro_loader;

-- Summarizes the new block ranges of raw.biometrics. Call it before a query for new rows: PostgreSQL reads every row
-- that came after the last summary, and autovacuum may not write the next one until a fifth of the table is new
-- (autosummarize queues more requests than autovacuum can hold).
create or replace function raw.summarize_biometrics() returns void
language plpgsql security definer set search_path = '' set lock_timeout = '5s'
as $$
declare
    index_id regclass;
begin
    for index_id in
        select pg_index.indexrelid
        from raw.biometrics_partitions() as partitions
        inner join pg_catalog.pg_index on partitions.name = pg_index.indrelid
        inner join pg_catalog.pg_class on pg_index.indexrelid = pg_class.oid
        inner join pg_catalog.pg_am on pg_class.relam = pg_am.oid
        where pg_am.amname = 'brin'
    loop
        begin
            perform pg_catalog.brin_summarize_new_values(index_id);
        exception
            -- A vacuum is at work, which summarizes, too; or the month has just left.
            when lock_not_available or undefined_table or undefined_object then null;
        end;
    end loop;
end
$$;
revoke execute on function raw.summarize_biometrics() from public;
grant execute on function raw.summarize_biometrics() to cerebro_transformer;
