-- The analyst reads all that the transformer makes in marts, analytics and operations, from its first moment on.
-- Nothing else is granted or revoked there, so that grants made by hand stay. What was built before these privileges
-- gets them once.
do $$
declare
    schema_name text;
    relation regclass;
begin
    foreach schema_name in array array['marts', 'analytics', 'operations']
    loop
        if not exists (
            select from pg_default_acl
            cross join lateral aclexplode(pg_default_acl.defaclacl) as privileges
            where
                pg_default_acl.defaclrole = 'cerebro_transformer'::regrole
                and pg_default_acl.defaclnamespace = schema_name::regnamespace
                and pg_default_acl.defaclobjtype = 'r'
                and privileges.grantee = 'cerebro_analyst'::regrole
                and privileges.privilege_type = 'SELECT'
        ) then
            execute format(
                'alter default privileges for role cerebro_transformer in schema %I '
                'grant select on tables to cerebro_analyst',
                schema_name
            );
            for relation in
                select pg_class.oid from pg_class
                where
                    pg_class.relnamespace = schema_name::regnamespace
                    and pg_class.relkind in ('r', 'p', 'v', 'm')
                    and pg_class.relowner = 'cerebro_transformer'::regrole
            loop
                execute format('grant select on %s to cerebro_analyst', relation);
            end loop;
        end if;
    end loop;
end
$$;
