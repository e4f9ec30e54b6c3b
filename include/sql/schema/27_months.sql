-- Tables with a partition for each month, in UTC: raw.biometrics and the large ones of dbt. There is no default
-- partition: to add one beside it takes a lock that waits for every reader. What is older than 2020 has one partition
-- for all, and so has what is later than 2099: a clock that was never set does not make hundreds.

-- The partitions of a table, with the months that each has; none if it is a plain table.
create or replace function meta.partitions(parent regclass)
returns table (name regclass, from_at timestamptz, until_at timestamptz)
language sql stable set search_path = '' set timezone = 'UTC' set datestyle = 'ISO'
as $$
    select
        pg_class.oid::pg_catalog.regclass,
        coalesce(bounds.texts[1]::timestamptz, '-infinity'),
        coalesce(bounds.texts[2]::timestamptz, 'infinity')
    from pg_catalog.pg_inherits
    inner join pg_catalog.pg_class on pg_inherits.inhrelid = pg_class.oid
    cross join lateral (
        select pg_catalog.regexp_match(
            pg_catalog.pg_get_expr(pg_class.relpartbound, pg_class.oid),
            $regexp$FROM \((?:MINVALUE|'(.*)')\) TO \((?:MAXVALUE|'(.*)')\)$regexp$
        ) as texts
    ) as bounds
    where pg_inherits.inhparent = parent
    order by 3
$$;

-- The first days of the months that have no partition, among those of some days; those before 2020 and after 2099 are
-- one month each. Until the end of the transaction no partition leaves. The lock is that of a COPY, which waits for
-- nobody.
create or replace function meta.missing_months(parent regclass, days date[]) returns date[]
language plpgsql set search_path = ''
as $$
begin
    execute pg_catalog.format('lock table only %s in row exclusive mode', parent);
    return array(
        select months.month
        from (
            select distinct
                pg_catalog.date_trunc(
                    'month', greatest(least(given.day, '2100-01-01'), '2019-12-01')::timestamp
                )::date as month
            from pg_catalog.unnest(days) as given (day)
        ) as months
        where not exists (
            select from meta.partitions(parent) as partitions
            where
                partitions.from_at <= months.month::timestamp at time zone 'UTC'
                and partitions.until_at > months.month::timestamp at time zone 'UTC'
        )
        order by months.month
    );
end
$$;

-- Adds the partitions that days need; a plain table stays as it is. It keeps VACUUM, ANALYZE and others who add
-- partitions waiting, but no reader, no load and no pg_dump. `partition of` would wait for all of them.
create or replace function meta.add_months(parent regclass, days date[]) returns void
language plpgsql set search_path = ''
as $$
declare
    table_row pg_catalog.pg_class;
    month date;
    name text;
begin
    select * into strict table_row from pg_catalog.pg_class where pg_class.oid = parent;
    if table_row.relkind <> 'p' or pg_catalog.cardinality(meta.missing_months(parent, days)) = 0 then
        return;
    end if;
    execute pg_catalog.format('lock table only %s in share update exclusive mode', parent);
    foreach month in array meta.missing_months(parent, days)
    loop
        name := pg_catalog.format(
            '%s.%I',
            table_row.relnamespace::pg_catalog.regnamespace,
            table_row.relname || case
                when month < '2020-01-01' then '_early'
                when month >= '2100-01-01' then '_later'
                else pg_catalog.to_char(month, '_YYYY_MM')
            end
        );
        execute pg_catalog.format(
            'create table %s (like %s including defaults including constraints including storage)', name, parent
        );
        if table_row.relreplident = 'f' then
            execute pg_catalog.format('alter table %s replica identity full', name);
        end if;
        execute pg_catalog.format(
            'alter table %s attach partition %s for values from (%s) to (%s)',
            parent,
            name,
            case
                when month < '2020-01-01' then 'minvalue'
                else pg_catalog.quote_literal(month::timestamp at time zone 'UTC')
            end,
            case
                when month >= '2100-01-01' then 'maxvalue'
                else pg_catalog.quote_literal((month + interval '1 month') at time zone 'UTC')
            end
        );
    end loop;
end
$$;

-- Partitions of months before an instant without rows. A table that was written to has pages until it is truncated.
create or replace function meta.empty_months(parent regclass, until timestamptz) returns table (name regclass)
language sql stable set search_path = ''
as $$
    select partitions.name
    from meta.partitions(parent) as partitions
    where
        partitions.until_at <= until
        and pg_catalog.isfinite(partitions.from_at)
        and pg_catalog.pg_relation_size(partitions.name) = 0
$$;

-- Drops the partitions of months before an instant that have no rows, if nobody reads or writes the table now.
-- Otherwise they stay until the next time.
create or replace function meta.drop_empty_months(parent regclass, until timestamptz) returns void
language plpgsql set search_path = '' set lock_timeout = '50ms'
as $$
declare
    partition regclass;
begin
    if exists (select from meta.empty_months(parent, until)) then
        execute pg_catalog.format('lock table only %s in access exclusive mode', parent);
        for partition in select months.name from meta.empty_months(parent, until) as months
        loop
            execute pg_catalog.format('drop table %s', partition);
        end loop;
    end if;
exception
    when lock_not_available then null;
end
$$;
