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

-- Takes the turns of a table and of those whose foreign keys refer to it, and of others by name. A key that changes or
-- leaves does so in their rows, too, which a build of theirs may hold while it waits for the row with the key. In the
-- order of names, as erasures do it (maintenance/erasure/lock_builds.sql): nobody waits for somebody who waits for him.
create or replace function meta.take_turns_of_references(relation text, others text[]) returns void
language plpgsql as $$
declare
    name text;
begin
    for name in
        select names.name
        from (
            select relation as name
            union
            select unnest(others)
            union
            select format('"%s"."%s"."%s"', current_database(), pg_namespace.nspname, pg_class.relname)
            from pg_constraint
            inner join pg_class on pg_constraint.conrelid = pg_class.oid
            inner join pg_namespace on pg_class.relnamespace = pg_namespace.oid
            where
                pg_constraint.contype = 'f'
                and pg_constraint.confrelid = to_regclass(relation)
                and not pg_class.relispartition
        ) as names
        order by names.name collate "C"
    loop
        perform meta.take_turns('dbt: ' || name);
    end loop;
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

-- Executes a statement that locks relations for itself until the end of the transaction, and holds up no reader for
-- long. Whoever waits for such a lock has all later readers wait behind. So it waits for 50 ms at most, lets them pass,
-- and tries again, for as long as the session waits for locks (lock_timeout), or as long as the caller says.
create or replace function meta.between_readers(statement text, at_most interval default null) returns void
language plpgsql as $$
declare
    lock_timeout_before text := current_setting('lock_timeout');
    -- Null if the session waits without limit.
    until_at timestamptz := clock_timestamp()
        + coalesce(at_most, nullif(lock_timeout_before::interval, interval '0'));
begin
    perform set_config('lock_timeout', '50ms', true);
    loop
        begin
            execute statement;
            exit;
        exception when lock_not_available then
            if clock_timestamp() > until_at then
                raise;
            end if;
        end;
        perform pg_sleep(0.05);
    end loop;
    perform set_config('lock_timeout', lock_timeout_before, true);
end
$$;

-- Locks relations for itself, so.
create or replace function meta.lock_between_readers(relations regclass[], at_most interval default null) returns void
language sql as $$
    select meta.between_readers(
        'lock table ' || array_to_string(relations, ', ') || ' in access exclusive mode', at_most
    )
    where relations <> '{}'
$$;

-- The same for one relation, which may be missing.
create or replace function meta.lock_between_readers(relation text, at_most interval default null) returns void
language sql as $$
    select meta.lock_between_readers(array_remove(array[to_regclass(relation)], null), at_most)
$$;

-- Drops the foreign keys of a table, which may be missing. That locks the tables that they refer to, and a build of
-- another table may read those for minutes.
create or replace function meta.drop_foreign_keys(relation text) returns void language plpgsql as $$
declare
    foreign_key record;
begin
    for foreign_key in
        select
            pg_constraint.conname,
            pg_constraint.confrelid::regclass::text as parent
        from pg_constraint
        where pg_constraint.contype = 'f' and pg_constraint.conrelid = to_regclass(relation)
    loop
        perform meta.lock_between_readers(foreign_key.parent, interval '30 minutes');
        execute format('alter table %s drop constraint %I', relation, foreign_key.conname);
    end loop;
end
$$;

-- Summarizes the new block ranges of a table's BRIN indexes; if it has partitions, of those that some days are in.
-- PostgreSQL reads every row that came after the last summary, and autovacuum may not write the next one until a fifth
-- of the table is new.
create or replace function meta.summarize_block_ranges(relation regclass, days date[]) returns void
language plpgsql set lock_timeout = '5s' as $$
declare
    index_id regclass;
begin
    for index_id in
        select pg_index.indexrelid
        from pg_index
        inner join pg_class on pg_index.indexrelid = pg_class.oid
        inner join pg_am on pg_class.relam = pg_am.oid
        where
            pg_am.amname = 'brin'
            and pg_class.relkind = 'i'
            and (
                pg_index.indrelid = relation
                or pg_index.indrelid in (
                    select partitions.name
                    from meta.partitions(relation) as partitions
                    inner join unnest(days) as written (day)
                        on
                            written.day::timestamp at time zone 'UTC' >= partitions.from_at
                            and written.day::timestamp at time zone 'UTC' < partitions.until_at
                )
            )
    loop
        begin
            perform brin_summarize_new_values(index_id);
        exception
            -- A vacuum is at work, which summarizes, too.
            when lock_not_available then null;
        end;
    end loop;
end
$$;

-- The statements that make the columns, constraints and indexes of a table those of an empty one, as PostgreSQL prints
-- them. `undeclared` ones are for before rows come: they drop constraints that the other one does not have, and make
-- the columns its own. `declared` ones add constraints and indexes that are missing. Foreign keys are left alone, and
-- so are indexes that the other one does not have: somebody may have made them by hand.
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
        where items.contype in ('p', 'u', 'c')

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
    ),

    columns as (
        select
            tables.is_declared,
            items.attname,
            format_type(items.atttypid, items.atttypmod) as type
        from tables
        inner join pg_attribute as items on tables.oid = items.attrelid
        where items.attnum > 0 and not items.attisdropped
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

    union all

    select
        'undeclared',
        format('alter table %s ', relation) || case
            when old_columns.attname is null
                then format('add column %I %s', new_columns.attname, new_columns.type)
            when new_columns.attname is null
                then format('drop column %I', old_columns.attname)
            else format('alter column %1$I type %2$s using %1$I::%2$s', new_columns.attname, new_columns.type)
        end
    from (select * from columns where not columns.is_declared) as old_columns
    full join (select * from columns where columns.is_declared) as new_columns
        on old_columns.attname = new_columns.attname
    where old_columns.type is distinct from new_columns.type
$$;
