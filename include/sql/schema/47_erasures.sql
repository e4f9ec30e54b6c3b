-- Erasure: what is left of a hero who was forgotten (docs/how-to/forget-a-hero.md). The history of raw.loads stays as
-- it is; these tables say which of its rows are gone, so that the books balance.

-- The salt of the hashes in raw.erasures. It is one for the deployment: the loader compares each delivered hero id with
-- all erasures by one hash and one look into an index, where a salt a row would take a hash for each erasure. It keeps
-- the hashes from being looked up in tables of hashed names, and from being compared between deployments.
create table if not exists raw.erasure_salt (
    salt text not null,
    is_only boolean primary key default true check (is_only)
);
insert into raw.erasure_salt (salt)
values (gen_random_uuid()::text || gen_random_uuid()::text)
on conflict do nothing;

-- One row per erasure: a hash of the hero's key, and how much left. Erasures commit under the lock of the loads
-- (ledger/lock.sql), so their ids are in the order of their commits.
create table if not exists raw.erasures (
    erasure_id bigint generated always as identity primary key,
    -- A retry of the run finds its erasure done.
    dag_run_id text not null unique,
    erased_at timestamptz not null default clock_timestamp(),
    hero_hash text not null,
    objects bigint not null,
    readings bigint not null,
    records bigint not null,
    participations bigint not null
);
create index if not exists erasures_hero_hash on raw.erasures (hero_hash);

-- One row per erasure and load that held the hero: readings of biometrics or records of heroes that left, or missions
-- whose crew the hero has left.
create table if not exists raw.erased_rows (
    erasure_id bigint not null references raw.erasures (erasure_id),
    load_id bigint not null references raw.loads (load_id),
    rows bigint not null check (rows > 0),
    primary key (load_id, erasure_id)
);

-- One row per erasure and object that still holds the hero: in a landing zone, which the pipeline only reads.
create table if not exists meta.erasure_objects (
    erasure_id bigint not null references raw.erasures (erasure_id),
    landing_zone text not null,
    object_key text not null,
    primary key (erasure_id, landing_zone, object_key)
);

-- One row per erasure and object of a landing zone that was to be written again without the hero: the version that was
-- written, or what kept it from being written.
create table if not exists meta.erasure_rewrites (
    erasure_id bigint not null references raw.erasures (erasure_id),
    landing_zone text not null,
    object_key text not null,
    etag text not null,
    new_etag text,
    rows bigint not null,
    problem text,
    noted_at timestamptz not null default clock_timestamp(),
    primary key (erasure_id, landing_zone, object_key)
);

-- One row per erasure: how far the quarantine is clean. Its objects are read in the order of their keys.
create table if not exists meta.erasure_progress (
    erasure_id bigint primary key references raw.erasures (erasure_id),
    last_key text not null,
    objects_rewritten bigint not null,
    rows_removed bigint not null,
    is_finished boolean not null
);

-- What raw.erasures keeps of a hero.
create or replace function raw.hero_hash(id text) returns text
language sql stable
as $$
    select encode(sha256(convert_to(erasure_salt.salt || raw.hero_key(id), 'UTF8')), 'hex')
    from raw.erasure_salt
$$;

-- Deletes the hero from all tables in the schemas of the transformer, those of other dbt targets and those that a build
-- left behind included: rows by hero_id, spelled_hero_id or hero_key, and entries of hero_ids. The account of the hours
-- and the ranks follow. It needs the locks of all builds (maintenance/erasure/lock_builds.sql).
create or replace function raw.erase_from_built_tables(spellings text[], key text) returns void
language plpgsql
as $$
declare
    relation record;
begin
    if to_regclass('operations.readings_by_hour') is not null and to_regclass('marts.fact_biometrics') is not null then
        -- The task reconcile counts hours again (checking/unbalanced_hours.sql): not what it read before the erasure.
        lock table operations.readings_by_hour in share row exclusive mode;
        -- While a transformation is at work, the account is not yet that of the fact in its stale hours: they are
        -- counted again, and the others lose the hero's readings.
        create temporary table erased_hours on commit drop as
        select
            raw.hour_of(fact_biometrics.minute_at) as hour_at,
            sum(fact_biometrics.reading_count)::bigint as readings
        from marts.fact_biometrics
        where fact_biometrics.hero_id = any(spellings)
        group by 1;

        create temporary table recounted_hours on commit drop as
        select
            stale_hours.hour_at,
            found.readings
        from (
            select distinct int_stale_hours.hour_at
            from staging.int_stale_hours
            where
                int_stale_hours.hero_id = any(spellings)
                or int_stale_hours.hour_at in (select erased_hours.hour_at from erased_hours)
        ) as stale_hours
        cross join lateral (
            select coalesce(sum(fact_biometrics.reading_count), 0)::bigint as readings
            from marts.fact_biometrics
            where
                fact_biometrics.minute_at >= stale_hours.hour_at
                and fact_biometrics.minute_at < stale_hours.hour_at + interval '1 hour'
                and fact_biometrics.hero_id <> all(spellings)
        ) as found;

        update operations.readings_by_hour
        set reading_count = coalesce(recounted_hours.readings, readings_by_hour.reading_count - erased_hours.readings)
        from erased_hours
        full join recounted_hours on erased_hours.hour_at = recounted_hours.hour_at
        where readings_by_hour.hour_at = coalesce(erased_hours.hour_at, recounted_hours.hour_at);

        delete from operations.readings_by_hour where readings_by_hour.reading_count <= 0;
        drop table erased_hours, recounted_hours;
    end if;

    for relation in
        select
            pg_class.oid::regclass as name,
            array_agg(pg_attribute.attname::text) as columns
        from pg_class
        inner join pg_namespace on pg_class.relnamespace = pg_namespace.oid
        inner join pg_attribute on pg_class.oid = pg_attribute.attrelid
        where
            pg_namespace.nspowner = 'cerebro_transformer'::regrole
            and pg_class.relkind in ('r', 'p')
            and not pg_class.relispartition
            and pg_attribute.attname in ('hero_id', 'spelled_hero_id', 'hero_key', 'hero_ids')
            and not pg_attribute.attisdropped
        group by pg_class.oid
        order by pg_class.oid
    loop
        if 'hero_id' = any(relation.columns) then
            execute format('delete from %s where hero_id = any($1)', relation.name) using spellings;
        end if;
        if 'spelled_hero_id' = any(relation.columns) then
            execute format('delete from %s where spelled_hero_id = any($1)', relation.name) using spellings;
        end if;
        if 'hero_key' = any(relation.columns) then
            execute format('delete from %s where hero_key = $1', relation.name) using key;
        end if;
        if 'hero_ids' = any(relation.columns) then
            execute format(
                'update %1$s as records set hero_ids = array('
                'select ids.id from unnest(records.hero_ids) with ordinality as ids (id, place) '
                'where ids.id <> all($1) order by ids.place) where records.hero_ids && $1',
                relation.name
            ) using spellings;
        end if;
        if relation.name::text in ('analytics.hulk_factor', 'analytics.reliability') then
            execute format(
                'update %1$s as answers set rank = places.rank from ('
                'select hero_id, row_number() over (order by rank) as rank from %1$s) as places '
                'where answers.hero_id = places.hero_id and answers.rank <> places.rank',
                relation.name
            );
        end if;
        -- PostgreSQL's statistics hold frequent values: they are made anew from what is left.
        execute format('analyze %s', relation.name);
    end loop;
end
$$;
revoke execute on function raw.erase_from_built_tables(text[], text) from public;

grant select on raw.erasure_salt, raw.erasures, raw.erased_rows to cerebro_loader, cerebro_transformer;
-- Bytes that move to another key take along what has left them (raw.copy_load).
grant insert on raw.erased_rows to cerebro_loader;
revoke insert on raw.erasure_salt, raw.erasures from cerebro_loader;
grant select on meta.erasure_objects, meta.erasure_progress, meta.erasure_rewrites
to cerebro_loader, cerebro_transformer;
