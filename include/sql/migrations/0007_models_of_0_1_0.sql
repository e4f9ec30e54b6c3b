-- Models that 0.1.0 had and the project has no longer. The views of staging read them until dbt makes them anew in this
-- run; nobody but dbt reads these.
do $$
begin
    if to_regclass('staging.int_loads') is not null then
        drop view if exists staging.stg_biometrics;
        drop view if exists staging.stg_heroes;
        drop view if exists staging.stg_missions;
        drop table if exists staging.int_load_heroes;
        drop table staging.int_loads;
    end if;
end
$$;
