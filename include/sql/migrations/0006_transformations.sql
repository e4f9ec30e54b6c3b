-- 0.1.0 keeps a row per model and load, and the sum of the facts with its triggers. Nothing says which rules have made
-- its tables, so all are built again.
do $$
begin
    if not exists (
        select from pg_attribute
        where
            pg_attribute.attrelid = to_regclass('meta.transformations')
            and pg_attribute.attname = 'position'
            and not pg_attribute.attisdropped
    ) then
        drop table if exists meta.transformations;
    end if;
end
$$;
drop table if exists meta.applied_loads, meta.fact_readings;
drop function if exists meta.keep_fact_readings() cascade;
alter table if exists meta.transformations drop column if exists rules;
alter table if exists meta.reconciliations add column if not exists readings_erased bigint not null default 0;
alter table if exists meta.listings
add column if not exists objects_waiting bigint not null default 0,
add column if not exists bytes_waiting bigint not null default 0;
