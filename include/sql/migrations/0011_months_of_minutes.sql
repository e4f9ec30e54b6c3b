-- The table of minutes becomes the first partition of one by months. No row is written or read. What has been built on
-- it by hand goes over to the new one: views, rights and publications.
do $$
declare
    bound text;
    object record;
    views text[];
    rights text[];
begin
    if not exists (
        select from pg_class
        where pg_class.oid = to_regclass('raw.biometrics') and pg_class.relkind = 'r'
    ) then
        return;
    end if;
    lock table raw.biometrics in access exclusive mode;

    for object in
        select distinct
            case
                when pg_class.relkind = 'm' then format('materialized view %s', pg_class.oid::regclass)
                else pg_describe_object(pg_depend.classid, pg_depend.objid, 0)
            end as description
        from pg_depend
        left join pg_rewrite on pg_depend.classid = 'pg_rewrite'::regclass and pg_depend.objid = pg_rewrite.oid
        left join pg_class on pg_rewrite.ev_class = pg_class.oid
        where
            pg_depend.refclassid = 'pg_class'::regclass
            and pg_depend.refobjid = 'raw.biometrics'::regclass
            and (pg_class.relkind = 'm' or pg_depend.classid = 'pg_proc'::regclass)
    loop
        raise dependent_objects_still_exist using
            message = format('%s reads raw.biometrics, which is to be partitioned', object.description),
            detail = 'Drop it, and make it again afterwards.';
    end loop;

    select array_agg(
        format(
            'create or replace view %s%s as %s',
            pg_class.oid::regclass,
            ' with (' || array_to_string(pg_class.reloptions, ', ') || ')',
            pg_get_viewdef(pg_class.oid)
        )
    )
    into views
    from pg_class
    where
        pg_class.relkind = 'v'
        and pg_class.oid in (
            select pg_rewrite.ev_class
            from pg_depend
            inner join pg_rewrite on pg_depend.objid = pg_rewrite.oid
            where
                pg_depend.classid = 'pg_rewrite'::regclass
                and pg_depend.refclassid = 'pg_class'::regclass
                and pg_depend.refobjid = 'raw.biometrics'::regclass
        );

    select array_agg(statements.statement)
    into rights
    from (
        select
            format(
                'grant %s on raw.biometrics to %s%s',
                privileges.privilege_type,
                case when privileges.grantee = 0 then 'public' else privileges.grantee::regrole::text end,
                case when privileges.is_grantable then ' with grant option' end
            ) as statement
        from pg_class
        cross join lateral aclexplode(pg_class.relacl) as privileges
        where pg_class.oid = 'raw.biometrics'::regclass and privileges.grantee <> pg_class.relowner
        union all
        select format('alter publication %I add table raw.biometrics', pg_publication.pubname) as statement
        from pg_publication_rel
        inner join pg_publication on pg_publication_rel.prpubid = pg_publication.oid
        where pg_publication_rel.prrelid = 'raw.biometrics'::regclass
        union all
        select format('alter table raw.biometrics owner to %s', pg_class.relowner::regrole) as statement
        from pg_class
        where pg_class.oid = 'raw.biometrics'::regclass and pg_class.relowner <> current_user::regrole
    ) as statements;

    select substring(pg_get_constraintdef(pg_constraint.oid) from '''(.*?)''')
    into strict bound
    from pg_constraint
    where
        pg_constraint.conrelid = 'raw.biometrics'::regclass
        and pg_constraint.conname = 'biometrics_are_early'
        and pg_constraint.convalidated;

    alter table raw.biometrics rename to biometrics_early;
    alter index if exists raw.biometrics_load_id_minute_at rename to biometrics_early_load_id_minute_at_idx;
    create table raw.biometrics (like raw.biometrics_early including defaults including storage including comments)
    partition by range (minute_at);
    create index biometrics_load_id_minute_at on raw.biometrics
    using brin (load_id, minute_at) with (pages_per_range = 32);
    execute format(
        'alter table raw.biometrics attach partition raw.biometrics_early for values from (minvalue) to (%L)', bound
    );
    alter table raw.biometrics_early drop constraint biometrics_are_early;
    for number in 1..coalesce(cardinality(views), 0)
    loop
        execute views[number];
    end loop;
    for number in 1..coalesce(cardinality(rights), 0)
    loop
        execute rights[number];
    end loop;
end
$$;
