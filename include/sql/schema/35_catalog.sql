-- What dbt's macros ask PostgreSQL's catalog, and do by it: they call these functions (include/dbt/macros).

-- Waits until no other transaction has the turn of that name, without limit: another build of a model may take as long
-- as a whole table. The session's lock_timeout is for locks of readers, and holds again afterwards.
create or replace function meta.take_turns(turn text) returns void language plpgsql as $$
declare
    lock_timeout_before text := current_setting('lock_timeout');
begin
    perform set_config('lock_timeout', '0', true);
    perform pg_advisory_xact_lock(hashtextextended(turn, 0));
    perform set_config('lock_timeout', lock_timeout_before, true);
end
$$;

-- Grants on a relation what others were granted on the one that it replaces, which may be missing; columns that it does
-- not have are left out.
create or replace function meta.copy_grants(replaced text, relation regclass) returns void language plpgsql as $$
declare
    privilege record;
begin
    for privilege in
        select
            privileges.privilege_type,
            case when objects.attname is null then '' else format(' (%I)', objects.attname) end as on_column,
            case when privileges.grantee = 0 then 'public' else privileges.grantee::regrole::text end as to_role,
            case when privileges.is_grantable then ' with grant option' else '' end as grant_option
        from (
            select
                pg_class.relowner,
                null::name as attname,
                pg_class.relacl as acl
            from pg_class
            where pg_class.oid = to_regclass(replaced)
            union all
            select
                pg_class.relowner,
                old_columns.attname,
                old_columns.attacl
            from pg_class
            inner join pg_attribute as old_columns on pg_class.oid = old_columns.attrelid
            inner join pg_attribute as new_columns
                on old_columns.attname = new_columns.attname and new_columns.attrelid = relation
            where pg_class.oid = to_regclass(replaced)
        ) as objects
        cross join lateral aclexplode(objects.acl) as privileges
        where privileges.grantee <> objects.relowner
    loop
        execute format(
            'grant %s%s on %s to %s%s',
            privilege.privilege_type, privilege.on_column, relation, privilege.to_role, privilege.grant_option
        );
    end loop;
end
$$;

-- Drops the foreign keys of a table, which may be missing.
create or replace function meta.drop_foreign_keys(relation text) returns void language plpgsql as $$
declare
    foreign_key record;
begin
    for foreign_key in
        select pg_constraint.conname from pg_constraint
        where pg_constraint.contype = 'f' and pg_constraint.conrelid = to_regclass(relation)
    loop
        execute format('alter table %s drop constraint %I', relation, foreign_key.conname);
    end loop;
end
$$;

-- The comment on each column of a relation, and on the relation itself under the name *.
create or replace function meta.comments(relation regclass) returns table (name text, description text)
language sql stable as $$
    select
        '*',
        obj_description(relation, 'pg_class')
    union all
    select
        pg_attribute.attname,
        col_description(relation, pg_attribute.attnum)
    from pg_attribute
    where pg_attribute.attrelid = relation and pg_attribute.attnum > 0
$$;

-- Summarizes the new block ranges of a table's BRIN indexes. PostgreSQL reads every row that came after the last
-- summary, and autovacuum may not write the next one until a fifth of the table is new.
create or replace function meta.summarize_block_ranges(relation regclass) returns void language sql as $$
    select brin_summarize_new_values(pg_index.indexrelid)
    from pg_index
    inner join pg_class on pg_index.indexrelid = pg_class.oid
    inner join pg_am on pg_class.relam = pg_am.oid
    where pg_index.indrelid = relation and pg_am.amname = 'brin'
$$;

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

-- The views that use a relation, directly or not, as schema.name.
create or replace function meta.dependent_views(relation regclass) returns setof text language sql stable as $$
    with recursive

    uses as (
        select
            pg_depend.refobjid as used,
            pg_rewrite.ev_class as view
        from pg_depend
        inner join pg_rewrite on pg_depend.objid = pg_rewrite.oid
        where
            pg_depend.classid = 'pg_rewrite'::regclass
            and pg_depend.refclassid = 'pg_class'::regclass
            and pg_depend.refobjid <> pg_rewrite.ev_class
    ),

    dependents as (
        select uses.view as oid from uses
        where uses.used = relation
        union
        select uses.view as oid from dependents
        inner join uses on dependents.oid = uses.used
    )

    select pg_namespace.nspname || '.' || pg_class.relname
    from dependents
    inner join pg_class on dependents.oid = pg_class.oid
    inner join pg_namespace on pg_class.relnamespace = pg_namespace.oid
    order by 1
$$;

-- The statements that make constraints and indexes of a table those of another one, both as PostgreSQL prints them:
-- `undeclared` ones drop what the other one does not have, `declared` ones add what is missing. Indexes that the other
-- one does not have stay: somebody may have made them by hand.
create or replace function meta.key_changes(relation regclass, declared regclass)
returns table (kind text, statement text) language sql stable as $$
    with

    tables as (
        select
            pg_class.oid,
            pg_class.oid = declared as is_declared
        from pg_class
        where pg_class.oid in (relation, declared)
    ),

    keys as (
        select
            tables.is_declared,
            format('alter table %s add %s', relation, pg_get_constraintdef(items.oid)) as addition,
            format('alter table %s drop constraint %I', relation, items.conname) as removal
        from tables
        inner join pg_constraint as items on tables.oid = items.conrelid
        where items.contype in ('p', 'u', 'c', 'f')

        union all

        select
            tables.is_declared,
            format('alter table %s alter column %I set not null', relation, items.attname),
            format('alter table %s alter column %I drop not null', relation, items.attname)
        from tables
        inner join pg_attribute as items on tables.oid = items.attrelid
        where items.attnum > 0 and items.attnotnull

        union all

        select
            tables.is_declared,
            'create ' || case when items.indisunique then 'unique ' else '' end || 'index on ' || relation
            || substring(pg_get_indexdef(items.indexrelid) from ' USING .*'),
            null
        from tables
        inner join pg_index as items on tables.oid = items.indrelid
        where
            not exists (
                select from pg_constraint
                where pg_constraint.conindid = items.indexrelid and pg_constraint.conrelid = items.indrelid
            )
    )

    select
        case when keys.is_declared then 'declared' else 'undeclared' end,
        case when keys.is_declared then keys.addition else keys.removal end
    from keys
    where
        (keys.is_declared or keys.removal is not null)
        and keys.addition not in (
            select others.addition from keys as others
            where others.is_declared <> keys.is_declared
        )
$$;
