-- Retention: what has left because its term was over (docs/how-to/set-retention.md). Counts of raw.loads and
-- raw.load_hours stay, so that the books balance.

-- One row per run, layer and horizon: what is older than the horizon has left the layer. A row of the layer `marts` is
-- the order to the transformation, which hides older readings and forgets them (int_positions); the last one holds.
-- Rows of the other layers are written by the transaction that deletes.
create table if not exists raw.retentions (
    retention_id bigint generated always as identity primary key,
    layer text not null check (layer in ('marts', 'minutes', 'superseded', 'quarantine')),
    dag_run_id text not null,
    horizon timestamptz not null,
    -- Superseded loads: all successors up to this position of raw.loads are done.
    position bigint,
    -- Loads that lost rows, or files of the quarantine.
    objects bigint not null default 0,
    rows bigint not null default 0,
    retired_at timestamptz not null default clock_timestamp(),
    unique (dag_run_id, layer, horizon)
);
create index if not exists retentions_layer on raw.retentions (layer, retention_id);

-- Summarizes block ranges of raw.biometrics again that have lost rows: pairs of a partition's oid and a range's number.
-- Otherwise they would keep their old loads beside those of the rows that take the space: each query for one between
-- would read them.
create or replace function raw.resummarize_biometrics(block_ranges bigint[]) returns void
language plpgsql set search_path = '' set lock_timeout = '5s'
as $$
begin
    -- 32 pages of 8 kB are a range of the index, as 31_biometrics.sql declares it.
    perform
        pg_catalog.brin_desummarize_range(indexes.indexrelid, block_ranges[places.place][2] * 32),
        pg_catalog.brin_summarize_range(indexes.indexrelid, block_ranges[places.place][2] * 32)
    from pg_catalog.generate_subscripts(block_ranges, 1) as places (place)
    inner join pg_catalog.pg_index as indexes on indexes.indrelid = block_ranges[places.place][1]::oid
    inner join pg_catalog.pg_inherits
        on
            indexes.indexrelid = pg_inherits.inhrelid
            and pg_inherits.inhparent = 'raw.biometrics_load_id_minute_at'::pg_catalog.regclass
    where pg_catalog.pg_relation_size(indexes.indrelid) > block_ranges[places.place][2] * 32 * 8192;
exception
    -- A vacuum is at work. The ranges stay as they are: more is read, nothing is wrong.
    when lock_not_available then null;
end
$$;
revoke execute on function raw.resummarize_biometrics(bigint[]) from public;

-- Truncates the partitions of raw.biometrics with nothing from an instant on. Returns the minutes that left, and the
-- loads that they were of. A partition that others read all the time stays as it is, for a DELETE: TRUNCATE waits a
-- second for readers, who wait behind it, and tries three times. Writers of the months wait until its transaction ends.
create or replace function raw.truncate_biometrics(until timestamptz, only_empty boolean)
returns table (minutes bigint, objects bigint)
language plpgsql set search_path = '' set lock_timeout = '1s'
as $$
declare
    partition regclass;
    its_minutes bigint;
    its_objects bigint;
begin
    minutes := 0;
    objects := 0;
    for partition in
        select partitions.name
        from raw.biometrics_partitions() as partitions
        where partitions.until_at <= until and pg_catalog.pg_relation_size(partitions.name) > 0
    loop
        for attempt in 1..3
        loop
            begin
                execute pg_catalog.format('lock table only %s in share mode', partition);
                execute pg_catalog.format(
                    'select coalesce(sum(loads.minutes), 0), count(*) '
                    'from (select count(*) as minutes from %s group by load_id) as loads',
                    partition
                ) into strict its_minutes, its_objects;
                if its_minutes = 0 or not only_empty then
                    execute pg_catalog.format('truncate only %s', partition);
                    minutes := minutes + its_minutes;
                    objects := objects + its_objects;
                end if;
                exit;
            exception
                when lock_not_available or deadlock_detected then perform pg_catalog.pg_sleep(1);
            end;
        end loop;
    end loop;
    return next;
end
$$;
revoke execute on function raw.truncate_biometrics(timestamptz, boolean) from public;

-- Drops the partitions of months before an instant that have no rows, if nobody reads or writes raw.biometrics now.
create or replace function raw.drop_empty_months(until timestamptz) returns void
language sql set search_path = ''
as $$
    select meta.drop_empty_months('raw.biometrics', until)
$$;
revoke execute on function raw.drop_empty_months(timestamptz) from public;

grant select on raw.retentions to cerebro_loader, cerebro_transformer;
revoke insert on raw.retentions from cerebro_loader;

-- One row per file of the archive: the rows of one day that left a table of raw in the step up to a horizon, the one of
-- its row in raw.retentions. Written by the transaction that deletes them. `rows` are those in the file: a hero who was
-- forgotten leaves it, too. Rows that were read back are in raw again, and their file is written over when they leave.
create table if not exists meta.archive_files (
    bucket text not null,
    archive_key text not null,
    table_name text not null check (table_name in ('biometrics', 'instants')),
    day date not null,
    horizon timestamptz not null,
    rows bigint not null,
    archived_at timestamptz not null default clock_timestamp(),
    restored_at timestamptz,
    primary key (bucket, archive_key)
);
create index if not exists archive_files_horizon on meta.archive_files (horizon);
grant select on meta.archive_files to cerebro_loader, cerebro_transformer;

-- One row per erasure and file of the archive that was written again without the hero: how many rows have left it.
create table if not exists meta.erasure_archive_files (
    erasure_id bigint not null references raw.erasures (erasure_id),
    bucket text not null,
    archive_key text not null,
    rows bigint not null,
    primary key (erasure_id, bucket, archive_key)
);
grant select on meta.erasure_archive_files to cerebro_loader, cerebro_transformer;
