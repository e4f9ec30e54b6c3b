-- The three group roles. The login that runs this file may assume each of them with SET ROLE: Airflow loads as
-- cerebro_loader, dbt builds as cerebro_transformer, the answers are read as cerebro_analyst.
do $$
declare
    role_name text;
begin
    foreach role_name in array array['cerebro_loader', 'cerebro_transformer', 'cerebro_analyst']
    loop
        if not exists (select from pg_roles where rolname = role_name) then
            execute format('create role %I nologin', role_name);
        end if;
        if not pg_has_role(current_user, role_name, 'usage') then
            execute format('grant %I to %I', role_name, current_user);
        end if;
    end loop;
end
$$;
