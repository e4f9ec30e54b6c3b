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

-- The columns of a relation, for an INSERT.
create or replace function meta.columns_of(relation regclass) returns text language sql stable as $$
    select string_agg(quote_ident(pg_attribute.attname), ', ' order by pg_attribute.attnum)
    from pg_attribute
    where pg_attribute.attrelid = relation and pg_attribute.attnum > 0 and not pg_attribute.attisdropped
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

-- Replaces the rows of a table between two instants, by a column, by those of a query that lie there: mostly none. It
-- ends with a lock, so the caller commits at once. Whole months leave with their partitions, and those that get rows
-- are made before the lock; TRUNCATE would hold it for 8 to 20 waits for the disk a month. If readers do not let the
-- lock pass within the session's lock_timeout, or somebody's foreign key or view refers to a month, rows are deleted,
-- as those of a plain table are.
create or replace function meta.forget(
    relation regclass, query_rows regclass, time_column text, from_at timestamptz, until_at timestamptz
) returns void language plpgsql as $$
declare
    month record;
    dropping text[] := '{}';
    attaching text[] := '{}';
    kept oid[] := '{}';
    has_rows boolean;
    statement text;
    columns text := meta.columns_of(query_rows);
begin
    begin
        for month in
            select
                partitions.*,
                format('%s.%I', pg_class.relnamespace::regnamespace, pg_class.relname || '__next') as next,
                pg_class.relname,
                pg_class.relreplident,
                pg_get_expr(pg_class.relpartbound, pg_class.oid) as bound
            from meta.partitions(relation) as partitions
            inner join pg_class on partitions.name = pg_class.oid
            where partitions.from_at >= forget.from_at and partitions.until_at <= forget.until_at
        loop
            dropping := dropping || month.name::text;
            execute format('select exists (select from %1$s where %2$I >= $1 and %2$I < $2)', query_rows, time_column)
            into has_rows using month.from_at, month.until_at;
            if has_rows then
                execute format(
                    'create table %s (like %s including defaults including constraints including storage '
                    'including indexes)',
                    month.next, relation
                );
                if month.relreplident = 'f' then
                    execute format('alter table %s replica identity full', month.next);
                end if;
                execute format(
                    'with moved as (delete from %1$s where %2$I >= $1 and %2$I < $2 returning *) '
                    'insert into %3$s (%4$s) select %4$s from moved',
                    query_rows, time_column, month.next, columns
                ) using month.from_at, month.until_at;
                kept := kept || month.next::regclass::oid;
                attaching := attaching || array[
                    format('alter table %s attach partition %s %s', relation, month.next, month.bound),
                    format('alter table %s rename to %I', month.next, month.relname)
                ];
            end if;
        end loop;
        if dropping <> '{}' then
            perform meta.lock_between_readers(array[relation]);
            execute 'drop table ' || array_to_string(dropping, ', ');
            foreach statement in array attaching
            loop
                execute statement;
            end loop;
        end if;
    exception
        when lock_not_available or dependent_objects_still_exist or foreign_key_violation then kept := '{}';
    end;
    execute format(
        'delete from %1$s where %2$I >= $1 and %2$I < $2 and tableoid <> all($3)', relation, time_column
    ) using from_at, until_at, kept;
    execute format(
        'insert into %1$s (%2$s) select %2$s from %3$s where %4$I >= $1 and %4$I < $2',
        relation, columns, query_rows, time_column
    ) using from_at, until_at;
end
$$;

-- Writes the rows of a query, a temporary table, into a table from which the stale ones are gone. What the horizon of
-- the retention has passed lies between two instants, by a column: it leaves last, because of its lock.
create or replace function meta.write_rows(
    relation regclass, query_rows regclass, time_column text, from_at timestamptz, until_at timestamptz
) returns void language plpgsql as $$
declare
    insertion text := format(
        'insert into %1$s (%2$s) select %2$s from %3$s', relation, meta.columns_of(query_rows), query_rows
    );
    is_forgetting boolean := coalesce(from_at < until_at, false);
    days date[];
begin
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
    if is_forgetting then
        insertion := insertion
            || format(' where not (%1$I >= %2$L and %1$I < %3$L)', time_column, from_at, until_at);
    end if;
    execute insertion;
    perform meta.summarize_block_ranges(relation, days);
    if is_forgetting then
        perform meta.forget(relation, query_rows, time_column, from_at, until_at);
    end if;
end
$$;
