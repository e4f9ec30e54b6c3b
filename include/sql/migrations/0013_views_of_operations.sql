-- The views of operations are declared (include/sql/operations), and no models of dbt any more. Two of 0.1.0 lack
-- columns in their midst, which `create or replace view` refuses: one column holds the place of each, with what was
-- granted on it, until the declarations replace it in this run.
set local role cerebro_transformer;

do $$
declare
    outdated record;
    privilege text;
begin
    for outdated in
        select
            views.name,
            views.first_column,
            array(
                select
                    format(
                        'grant %s on operations.%I to %s',
                        privileges.privilege_type,
                        views.name,
                        case privileges.grantee when 0 then 'public' else privileges.grantee::regrole::text end
                    ) || case when privileges.is_grantable then ' with grant option' else '' end
                from aclexplode(pg_class.relacl) as privileges
                where privileges.grantee <> pg_class.relowner
            ) as privileges
        from (
            values
            ('load_history', 'null::bigint as load_id', 'landing_zone'),
            ('run_checks', 'null::text as dag_run_id', 'readings_erased')
        ) as views (name, first_column, added)
        inner join pg_class on to_regclass('operations.' || views.name) = pg_class.oid
        where
            not exists (
                select from pg_attribute
                where pg_attribute.attrelid = pg_class.oid and pg_attribute.attname = views.added
            )
    loop
        execute format('drop view operations.%I', outdated.name);
        execute format('create view operations.%I as select %s where false', outdated.name, outdated.first_column);
        foreach privilege in array outdated.privileges
        loop
            execute privilege;
        end loop;
    end loop;
end
$$;

reset role;
