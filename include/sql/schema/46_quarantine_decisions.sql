-- What people decided about rejected rows. A release belongs to the load in which the rows are in force, a discard to
-- the load that they are rejected of: both have load_id, so that raw.copy_load takes them along. Discarded rows stay
-- rejected and counted.
create table if not exists raw.quarantine_decisions (
    load_id bigint not null references raw.loads (load_id),
    reason text not null,
    action text not null check (action in ('release', 'discard')),
    rows bigint not null check (rows > 0),
    -- What was changed before the rows were judged again, by name; empty if nothing was.
    corrections jsonb not null,
    decided_by text not null,
    why text not null,
    dag_run_id text not null,
    decided_at timestamptz not null default clock_timestamp(),
    primary key (load_id, reason, action, dag_run_id)
);
grant select, insert on raw.quarantine_decisions to cerebro_loader;
grant select on raw.quarantine_decisions to cerebro_transformer;

-- Adds to a table of raw, for the load to_load, the rows of the load from_load together with those of the temporary
-- table released_<table>, merged by hero and instant: counts and sums are added up, `_min` and `_max` are the least and
-- the greatest, `seconds` are the bits of both.
create or replace function raw.merge_released(table_name text, from_load bigint, to_load bigint) returns void
language plpgsql set search_path = ''
as $$
declare
    keys text;
    columns text;
    merged text;
begin
    select
        string_agg(format('%I', its.name), ', ' order by its.place) filter (where its.is_key),
        string_agg(format('%I', its.name), ', ' order by its.place) filter (where not its.is_key),
        string_agg(
            format(
                case
                    when its.name like '%\_min' then 'min(%I)'
                    when its.name like '%\_max' then 'max(%I)'
                    when its.name = 'seconds' then 'bit_or(%I)'
                    else 'sum(%I)'
                end,
                its.name
            ),
            ', ' order by its.place
        ) filter (where not its.is_key)
    into strict keys, columns, merged
    from (
        select
            pg_attribute.attname as name,
            pg_attribute.attnum as place,
            pg_attribute.attname in ('hero_id', 'minute_at', 'hour_at') as is_key
        from pg_catalog.pg_attribute
        where
            pg_attribute.attrelid = format('raw.%I', table_name)::pg_catalog.regclass
            and pg_attribute.attnum > 0
            and not pg_attribute.attisdropped
            and pg_attribute.attname <> 'load_id'
    ) as its;
    -- Sorted by the instant, the last key, as the block range index needs it.
    execute format(
        'insert into raw.%1$I (load_id, %2$s, %3$s) '
        'select $2, %2$s, %4$s from ('
        'select %2$s, %3$s from raw.%1$I where load_id = $1 '
        'union all select %2$s, %3$s from pg_temp.%5$I'
        ') as both_loads group by %2$s order by 3, 2',
        table_name,
        keys,
        columns,
        merged,
        'released_' || table_name
    ) using from_load, to_load;
end
$$;
