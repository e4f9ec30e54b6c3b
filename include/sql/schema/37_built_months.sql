-- How dbt makes, fills and empties tables (include/dbt/macros/{tables,strategies}.sql), those in monthly partitions
-- (27_months.sql) and plain ones, such as those of an earlier release until they are built again.

-- A day of each month that a table has rows of, by a column. Of a table in monthly partitions these are its months,
-- empty ones included; of another one the column leads an index, which is asked once a month.
create or replace function meta.months_of(relation regclass, time_column text) returns date[] language plpgsql as $$
declare
    days date[] := array(
        select (partitions.from_at at time zone 'UTC')::date from meta.partitions(relation) as partitions
    );
begin
    if days = '{}' then
        execute format(
            $query$
            with recursive months as (
                select min(%1$I) as found_at from %2$s
                union all
                select (
                    select min(%1$I) from %2$s
                    where
                        %1$I >= greatest(
                            date_trunc('month', date_trunc('month', months.found_at, 'UTC') + interval '32 days', 'UTC'),
                            timestamptz '2020-01-01Z'
                        )
                )
                from months
                where months.found_at < timestamptz '2100-01-01Z'
            )
            select array_agg((found_at at time zone 'UTC')::date) from months where found_at is not null
            $query$,
            time_column, relation
        ) into days;
    end if;
    return days;
end
$$;

-- Makes a table with a partition for each month by a column, and fills it with the rows of a query. Months that turn
-- out to have none leave no partition.
create or replace function meta.create_in_months(relation text, time_column text, query text, days date[])
returns void language plpgsql as $$
begin
    execute 'create temporary view shape as ' || query;
    execute format('create table %s (like pg_temp.shape) partition by range (%I)', relation, time_column);
    drop view pg_temp.shape;
    perform meta.add_months(relation, days);
    execute format('insert into %s %s', relation, query);
    perform meta.drop_empty_months(relation, 'infinity');
end
$$;

-- Sets the replica identity of a table and its partitions, which do not inherit it.
create or replace function meta.identify_rows(relation regclass, identity text) returns void language plpgsql as $$
declare
    name regclass;
begin
    for name in select relation union all select partitions.name from meta.partitions(relation) as partitions
    loop
        execute format('alter table %s replica identity %s', name, identity);
    end loop;
end
$$;

-- Renames a table, which may be missing, and its partitions after it.
create or replace function meta.rename_table(relation text, new_name text) returns void language plpgsql as $$
declare
    old_name text := (select pg_class.relname from pg_class where pg_class.oid = to_regclass(relation));
    name regclass;
begin
    for name in select partitions.name from meta.partitions(to_regclass(relation)) as partitions
    loop
        execute format(
            'alter table %s rename to %I',
            name,
            new_name || (
                select substr(pg_class.relname, length(old_name) + 1) from pg_class
                where pg_class.oid = name
            )
        );
    end loop;
    if old_name is not null then
        execute format('alter table %s rename to %I', relation, new_name);
    end if;
end
$$;

-- Removes the rows of a table from one instant to another, by a column. Whole months are truncated, if their readers
-- let it pass within 3 s; otherwise their rows are deleted, as those of a plain table are.
create or replace function meta.forget(relation regclass, time_column text, from_at timestamptz, until_at timestamptz)
returns void language plpgsql as $$
declare
    months regclass[] := array(
        select partitions.name
        from meta.partitions(relation) as partitions
        where
            partitions.from_at >= forget.from_at
            and partitions.until_at <= forget.until_at
            and pg_relation_size(partitions.name) > 0
    );
begin
    if months <> '{}' then
        begin
            perform meta.lock_between_readers(months, interval '3 seconds');
            execute 'truncate ' || array_to_string(months, ', ');
        exception
            -- Somebody's foreign key refers to the table.
            when lock_not_available or feature_not_supported then null;
        end;
    end if;
    execute format('delete from %1$s where %2$I >= $1 and %2$I < $2', relation, time_column) using from_at, until_at;
end
$$;

-- Writes the rows of a query, a temporary table, into a table from which the stale ones are gone. If the horizon of the
-- retention has passed what lies between two instants, by a column, that leaves the table first, but for rows of the
-- query: missions without readings. It comes last, because whole months are locked for it until the commit.
create or replace function meta.write_rows(
    relation regclass, query_rows regclass, time_column text, from_at timestamptz, until_at timestamptz
) returns void language plpgsql as $$
declare
    insertion text;
    is_leaving text;
    days date[];
begin
    select format('insert into %1$s (%3$s) select %3$s from %2$s', relation, query_rows, columns.names)
    into insertion
    from (
        select string_agg(quote_ident(pg_attribute.attname), ', ' order by pg_attribute.attnum) as names
        from pg_attribute
        where pg_attribute.attrelid = query_rows and pg_attribute.attnum > 0 and not pg_attribute.attisdropped
    ) as columns;
    if time_column is not null then
        execute format(
            $query$
            select array_agg((days.day at time zone 'UTC')::date)
            from (select distinct date_bin('1 day', %I, timestamptz '2000-01-01Z') as day from %s) as days
            $query$,
            time_column, query_rows
        ) into days;
        perform meta.add_months(relation, days);
    end if;
    if from_at < until_at then
        is_leaving := format('(%1$I >= %2$L and %1$I < %3$L)', time_column, from_at, until_at);
        execute insertion || ' where not ' || is_leaving;
        perform meta.summarize_block_ranges(relation);
        perform meta.forget(relation, time_column, from_at, until_at);
        execute insertion || ' where ' || is_leaving;
        perform meta.drop_empty_months(relation, until_at);
    else
        execute insertion;
        perform meta.summarize_block_ranges(relation);
    end if;
end
$$;
