{#- SQL that grants on a relation what others were granted on the one that it replaces, which
    may be missing; columns that it does not have are left out. Rights on what dbt builds
    come from default privileges (include/sql/schema/60_grants.sql) and from grants made by
    hand. dbt's `grants` would revoke the latter. -#}
{% macro copy_grants_sql(replaced, relation) %}
    do $grants$
    declare
        privilege record;
    begin
        for privilege in
            select
                privileges.*,
                case when objects.attname is null then '' else format(' (%I)', objects.attname) end
                    as on_column,
                case when privileges.grantee = 0 then 'public' else grantee::regrole::text end
                    as to_role,
                case when privileges.is_grantable then ' with grant option' else '' end as option
            from (
                select relowner, null::name as attname, relacl as acl from pg_class
                where oid = to_regclass('{{ replaced }}')
                union all
                select pg_class.relowner, old.attname, old.attacl
                from pg_class
                inner join pg_attribute as old on pg_class.oid = old.attrelid
                inner join pg_attribute as new
                    on old.attname = new.attname and new.attrelid = '{{ relation }}'::regclass
                where pg_class.oid = to_regclass('{{ replaced }}')
            ) as objects
            cross join lateral aclexplode(objects.acl) as privileges
            where privileges.grantee <> objects.relowner
        loop
            execute format(
                'grant %s%s on %s to %s%s', privilege.privilege_type, privilege.on_column,
                '{{ relation }}', privilege.to_role, privilege.option
            );
        end loop;
    end
    $grants$;
{% endmacro %}
