-- How a table that dbt has built again takes the place of the present one, and what others have made on that one stays
-- (include/dbt/macros/{tables,keys,rebuild}.sql).

-- What depends on a table, which may be missing, and cannot go over to another one: all but views that PostgreSQL lets
-- the session replace. Its partitions count, and its type of rows; its own keys do not.
create or replace function meta.bound_to(relation text) returns text language sql stable set search_path = '' as $$
    with

    tables as (
        select pg_class.oid from pg_catalog.pg_class
        where pg_class.oid = pg_catalog.to_regclass(relation)
        union all
        select partitions.name from meta.partitions(pg_catalog.to_regclass(relation)) as partitions
    ),

    objects as (
        select
            'pg_catalog.pg_class'::pg_catalog.regclass as class,
            tables.oid
        from tables
        union all
        select
            'pg_catalog.pg_type'::pg_catalog.regclass,
            pg_type.oid
        from tables
        inner join pg_catalog.pg_type as row_types on tables.oid = row_types.typrelid
        inner join pg_catalog.pg_type on pg_type.oid in (row_types.oid, row_types.typarray)
    )

    select pg_catalog.string_agg(
        distinct case relations.relkind
            when 'm' then pg_catalog.format('materialized view %s', relations.oid::pg_catalog.regclass)
            when 'v' then pg_catalog.format(
                'view %s of %s',
                relations.oid::pg_catalog.regclass,
                relations.relowner::pg_catalog.regrole
            )
            else pg_catalog.pg_describe_object(pg_depend.classid, pg_depend.objid, 0)
        end,
        ', '
    )
    from objects
    inner join pg_catalog.pg_depend on objects.class = pg_depend.refclassid and objects.oid = pg_depend.refobjid
    left join pg_catalog.pg_rewrite
        on pg_depend.classid = 'pg_catalog.pg_rewrite'::pg_catalog.regclass and pg_depend.objid = pg_rewrite.oid
    left join pg_catalog.pg_class as relations on pg_rewrite.ev_class = relations.oid
    left join pg_catalog.pg_constraint
        on pg_depend.classid = 'pg_catalog.pg_constraint'::pg_catalog.regclass and pg_depend.objid = pg_constraint.oid
    where
        pg_depend.deptype = 'n'
        and (pg_constraint.oid is null or pg_constraint.conrelid not in (select tables.oid from tables))
        -- Of a key that refers to a table in partitions, there is one for each partition, too.
        and coalesce(pg_constraint.conparentid, 0) = 0
        and not (
            relations.relkind is not distinct from 'v'
            and objects.oid = pg_catalog.to_regclass(relation)
            and pg_catalog.pg_has_role(session_user, relations.relowner, 'set')
            and pg_catalog.has_schema_privilege(relations.relowner, relations.relnamespace, 'create')
        )
$$;

-- The views that use a table, which may be missing, themselves, and their owners.
create or replace function meta.views_on(relation text) returns table (name regclass, owner text)
language sql stable set search_path = '' as $$
    select
        direct.name,
        pg_catalog.pg_get_userbyid(pg_class.relowner)
    from meta.direct_views(pg_catalog.to_regclass(relation)) as direct (name)
    inner join pg_catalog.pg_class on direct.name = pg_class.oid
    where pg_class.relkind = 'v'
$$;

-- Gives a table, which may be missing, another name, and its name to another table, and has the views that use it read
-- that one: each keeps its oid, so that its owner, rights, comments, and the views on it stay. What the session may not
-- replace must not be there (meta.bound_to). Views in `rebuilt` that cannot follow are dropped; any other is an error.
create or replace function meta.swap_tables(present text, other_name text, replacement text, rebuilt text[])
returns void language plpgsql set search_path = '' as $$
declare
    role_before text := pg_catalog.current_setting('role');
    present_name text := (
        select parts.names[pg_catalog.cardinality(parts.names)] from pg_catalog.parse_ident(present) as parts (names)
    );
    bound text;
    view_of record;
    views regclass[];
    owners text[];
    statements text[];
begin
    if pg_catalog.to_regclass(present) is not null then
        -- Readers of a view lock it, and then its table: the other way round, one that reads all the time would hold
        -- the swap up for ever. An owner who stays the same is a lock and nothing else.
        for view_of in
            select
                views_on.name,
                views_on.owner
            from meta.views_on(present) as views_on
            where pg_catalog.pg_has_role(session_user, views_on.owner, 'set')
        loop
            perform pg_catalog.set_config('role', view_of.owner, true);
            execute pg_catalog.format('alter view %s owner to %I', view_of.name, view_of.owner);
            perform pg_catalog.set_config('role', role_before, true);
        end loop;
        execute pg_catalog.format('lock table %s in access exclusive mode', present);
    end if;
    bound := meta.bound_to(present);
    if bound is not null then
        raise exception '% cannot be replaced: % came while it was built again', present, bound using
            hint = 'Try again: the table stays in place then, and its rows are replaced.';
    end if;
    -- Definitions name the table by the name that it has now.
    select
        pg_catalog.array_agg(views_on.name),
        pg_catalog.array_agg(views_on.owner),
        pg_catalog.array_agg(pg_catalog.format(
            'create or replace view %s%s as %s',
            pg_class.oid::pg_catalog.regclass,
            ' with (' || pg_catalog.array_to_string(pg_class.reloptions, ', ') || ')',
            pg_catalog.pg_get_viewdef(pg_class.oid)
        ))
    into views, owners, statements
    from meta.views_on(present) as views_on
    inner join pg_catalog.pg_class on views_on.name = pg_class.oid;
    perform meta.rename_table(present, other_name);
    perform meta.rename_table(replacement, present_name);
    for number in 1..coalesce(pg_catalog.cardinality(views), 0)
    loop
        -- It may have been dropped with another one.
        continue when not exists (select from pg_catalog.pg_class where pg_class.oid = views[number]);
        begin
            perform pg_catalog.set_config('role', owners[number], true);
            execute statements[number];
            perform pg_catalog.set_config('role', role_before, true);
        exception
            when lock_not_available then raise;
            when others then
                perform meta.drop_views(
                    pg_catalog.to_regclass(present),
                    array(select views[number]::text union select meta.dependent_views(views[number])),
                    rebuilt,
                    sqlerrm
                );
        end;
    end loop;
end
$$;

-- Makes the columns, constraints and indexes of a table that stays in place those of an empty one: what there is to do
-- of one kind (meta.key_changes). Views in `rebuilt` that use a column that goes or changes are dropped; any other is
-- an error.
create or replace function meta.change_keys(relation regclass, declared regclass, kind text, rebuilt text[])
returns void language plpgsql as $$
declare
    change record;
begin
    for change in
        select * from meta.key_changes(relation, declared) as changes
        where changes.kind = change_keys.kind
    loop
        begin
            execute change.statement;
        exception
            when feature_not_supported or dependent_objects_still_exist then
                perform meta.drop_views(relation, array(select meta.dependent_views(relation)), rebuilt, sqlerrm);
                execute change.statement;
        end;
    end loop;
end
$$;

-- Deletes the rows of a table (target) that match one of what is stale (stale). They are looked up in the table's key.
-- Of the rows between two instants the planner expects a ninth of the hero's. So it may prefer a hash join by hero,
-- which compares all minutes of a hero with each of its stale hours, or one look into what is stale for each row of the
-- table: a late minute of ten heroes took 2.4 s among 1.2 million rows, and 0.01 s so. What is stale has no index here,
-- and a comparison costs more than it expects of the lookups.
create or replace function meta.delete_stale_rows(relation regclass, stale regclass, match text) returns void
language plpgsql
set enable_nestloop = on set enable_hashjoin = off set enable_mergejoin = off set cpu_operator_cost = 1 set jit = off
as $$
begin
    execute format(
        'with stale as materialized (select * from %s) delete from %s as target using stale where %s',
        stale, relation, match
    );
end
$$;

-- Makes the rows of a table equal to those of a query, a temporary table, and writes only rows that differ: a run
-- without changes writes nothing, and foreign keys that refer to a row stay. Rows are the same if the key is, of which
-- some columns may be null; without a key all are written. A condition on rows of the table (target) says which of them
-- may leave.
create or replace function meta.sync_rows(
    relation regclass, query_rows regclass, key text[], nullable text[] default '{}', may_leave text default 'true'
) returns void language plpgsql as $$
declare
    others text[];
    columns text := meta.columns_of(query_rows);
    same_key text := coalesce(
        (
            select string_agg(
                format(
                    case when name = any(nullable) then 'target.%1$I is not distinct from source.%1$I'
                        else 'target.%1$I = source.%1$I' end,
                    name
                ),
                ' and '
            )
            from unnest(key) as name
        ),
        'false'
    );
begin
    select array_agg(quote_ident(pg_attribute.attname)) into others
    from pg_attribute
    where
        pg_attribute.attrelid = query_rows
        and pg_attribute.attnum > 0
        and pg_attribute.attname <> all(key);
    -- The planner knows then whether to look the rows up or to hash the table.
    execute format('analyze %s', query_rows);
    execute format(
        'delete from %s as target where not exists (select from %s as source where %s) and %s',
        relation, query_rows, same_key, may_leave
    );
    execute format('merge into %s as target using %s as source on %s', relation, query_rows, same_key)
        || coalesce(
            ' when matched and (target.' || array_to_string(others, ', target.') || ')'
            || ' is distinct from (source.' || array_to_string(others, ', source.') || ') then'
            || ' update set (' || array_to_string(others, ', ') || ')'
            || ' = row(source.' || array_to_string(others, ', source.') || ')',
            ''
        )
        || ' when not matched then insert (' || columns || ') values (source.'
        || replace(columns, ', ', ', source.') || ')';
    -- What is stale, for example, is all of history in one run, and three rows in the next.
    if may_leave = 'true' then
        execute format('analyze %s', relation);
    end if;
end
$$;

-- The same by the key of an empty table, for a table that is built again in place. Its partitions get the months of
-- some days.
create or replace function meta.replace_rows(
    relation regclass, query_rows regclass, declared regclass, days date[] default '{}'
) returns void language sql as $$
    select meta.add_months(relation, days);
    select meta.sync_rows(relation, query_rows, coalesce(keys.columns, '{}'), coalesce(keys.nullable, '{}'))
    from (
        select
            array_agg(pg_attribute.attname::text) as columns,
            array_agg(pg_attribute.attname::text) filter (where not pg_attribute.attnotnull) as nullable
        from (
            select pg_index.indkey::int2[] as columns
            from pg_index
            where pg_index.indrelid = declared and pg_index.indisunique
            order by pg_index.indisprimary desc
            limit 1
        ) as index
        inner join pg_attribute
            on pg_attribute.attrelid = declared and pg_attribute.attnum = any(index.columns)
    ) as keys
$$;
