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

-- Summarizes block ranges of raw.biometrics again that have lost rows. Otherwise they would keep their old months
-- beside those of the rows that take the space: each query for a month between would read them.
create or replace function raw.resummarize_biometrics(block_ranges bigint[]) returns void
language plpgsql set search_path = '' set lock_timeout = '5s'
as $$
begin
    -- 32 pages are a range of the index, as 30_raw.sql declares it.
    perform
        pg_catalog.brin_desummarize_range('raw.biometrics_load_id_minute_at', ranges.number * 32),
        pg_catalog.brin_summarize_range('raw.biometrics_load_id_minute_at', ranges.number * 32)
    from pg_catalog.unnest(block_ranges) as ranges (number);
exception
    -- A vacuum is at work. The ranges stay as they are: more is read, nothing is wrong.
    when lock_not_available then null;
end
$$;
revoke execute on function raw.resummarize_biometrics(bigint[]) from public;

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
