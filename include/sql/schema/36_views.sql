-- How dbt makes views and comments (include/dbt/macros/views.sql): what is the same already is left alone.

-- How a relation differs from the view that may take its place; no row if it is missing. Definitions are compared as
-- PostgreSQL prints them. may_be_replaced is as `create or replace view` sees it: the first columns stay as they are.
create or replace function meta.view_change(relation text, candidate regclass)
returns table (kind text, is_same boolean, may_be_replaced boolean) language sql stable as $$
    select
        case existing.relkind
            when 'v' then 'view'
            when 'm' then 'materialized view'
            else 'table'
        end,
        existing.relkind = 'v' and pg_get_viewdef(existing.oid) = pg_get_viewdef(candidate),
        existing.relkind = 'v'
        and not exists (
            select from pg_attribute as old_columns
            left join pg_attribute as new_columns
                on
                    old_columns.attnum = new_columns.attnum
                    and old_columns.attname = new_columns.attname
                    and old_columns.atttypid = new_columns.atttypid
                    and old_columns.atttypmod = new_columns.atttypmod
                    and old_columns.attcollation = new_columns.attcollation
                    and new_columns.attrelid = candidate
            where
                old_columns.attrelid = existing.oid
                and old_columns.attnum > 0
                and new_columns.attrelid is null
        )
    from pg_class as existing
    where existing.oid = to_regclass(relation)
$$;

-- The views that use a relation, which may be null, themselves; materialized ones, too.
create or replace function meta.direct_views(relation regclass) returns setof regclass
language sql stable set search_path = '' as $$
    select distinct pg_rewrite.ev_class::pg_catalog.regclass
    from pg_catalog.pg_depend
    inner join pg_catalog.pg_rewrite on pg_depend.objid = pg_rewrite.oid
    where
        pg_depend.classid = 'pg_catalog.pg_rewrite'::pg_catalog.regclass
        and pg_depend.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass
        and pg_depend.refobjid = relation
        and pg_depend.refobjid <> pg_rewrite.ev_class
$$;

-- The views that use a relation, directly or not, as schema.name.
create or replace function meta.dependent_views(relation regclass) returns setof text language sql stable as $$
    with recursive

    dependents as (
        select direct.oid from meta.direct_views(relation) as direct (oid)
        union
        select direct.oid from dependents
        cross join lateral meta.direct_views(dependents.oid) as direct (oid)
    )

    select pg_namespace.nspname || '.' || pg_class.relname
    from dependents
    inner join pg_class on dependents.oid = pg_class.oid
    inner join pg_namespace on pg_class.relnamespace = pg_namespace.oid
    order by 1
$$;

-- Drops views that use a relation, which loses or changes columns. Those in `rebuilt` (schema.name) are built again by
-- the same run; any other is an error that names it.
create or replace function meta.drop_views(relation regclass, views text[], rebuilt text[], reason text default null)
returns void language plpgsql as $$
declare
    others text := (select string_agg(name, ', ' order by name) from unnest(views) as name where name <> all(rebuilt));
begin
    if others is not null then
        raise exception '% loses or changes columns, and % use it; nothing was changed', relation, others
        using
            detail = coalesce(reason, ''),
            hint = 'Keep their definitions (pg_get_viewdef), drop them, run dbt again, and create them anew.';
    end if;
    if views <> '{}' then
        execute 'drop view ' || array_to_string(views, ', ');
    end if;
end
$$;

-- Makes a view of a query, and returns CREATE VIEW, or UNCHANGED if it has that definition already. A new column behind
-- a `select *` and a change by hand are noticed, too; layout does not count. Views in `rebuilt` (schema.name) are built
-- again by the same run, and may be dropped with it; others that use it are an error.
create or replace function meta.create_view(relation text, query text, rebuilt text[]) returns text
language plpgsql as $$
declare
    replaced regclass := to_regclass(relation);
    change record;
begin
    execute 'create temporary view candidate as ' || query;
    select * into change from meta.view_change(relation, 'pg_temp.candidate');
    drop view pg_temp.candidate;
    if change.is_same then
        return 'UNCHANGED';
    end if;
    if not change.may_be_replaced then
        perform meta.drop_views(replaced, array(select meta.dependent_views(replaced)), rebuilt);
        execute format('alter %s %s rename to replaced_by_a_view', change.kind, relation);
    end if;
    execute format('create or replace view %s as %s', relation, query);
    if not change.may_be_replaced then
        perform meta.copy_grants(replaced::text, relation);
        execute format('drop %s %s', change.kind, replaced);
    end if;
    return 'CREATE VIEW';
end
$$;

-- Writes the comments on a relation (under the name *) and on its columns that differ from those that it has: a run
-- without changes takes no lock. Names of columns that it does not have are left out.
create or replace function meta.comment_on(relation regclass, comments jsonb) returns void language plpgsql as $$
declare
    comment record;
begin
    for comment in
        select
            case
                when pg_attribute.attname is not null then format('column %s.%I', relation, pg_attribute.attname)
                when pg_class.relkind = 'v' then format('view %s', relation)
                else format('table %s', relation)
            end as subject,
            wanted.value as description
        from jsonb_each_text(comments) as wanted
        inner join pg_class on pg_class.oid = relation
        left join pg_attribute
            on pg_class.oid = pg_attribute.attrelid and pg_attribute.attnum > 0 and wanted.key = pg_attribute.attname
        left join pg_description
            on
                pg_class.oid = pg_description.objoid
                and pg_description.classoid = 'pg_class'::regclass
                and pg_description.objsubid = coalesce(pg_attribute.attnum, 0)
        where
            (wanted.key = '*' or pg_attribute.attname is not null)
            and coalesce(pg_description.description, '') <> wanted.value
    loop
        execute format('comment on %s is %L', comment.subject, comment.description);
    end loop;
end
$$;
