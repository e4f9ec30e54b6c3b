-- Waits until no dbt build is at work on any table, and keeps others out until the end of the transaction: a build
-- takes the lock of its table before it reads (include/dbt/macros/take_turns.sql). So do those of other targets.
select pg_advisory_xact_lock(hashtextextended('dbt: ' || builds.name, 0))
from (
    select concat('"', current_database(), '"."', replace(names.name, '.', '"."'), '"') as name
    from unnest(%(relations)s::text[]) as names (name)
    union
    select concat('"', current_database(), '"."', pg_namespace.nspname, '"."', pg_class.relname, '"') as name
    from pg_class
    inner join pg_namespace on pg_class.relnamespace = pg_namespace.oid
    where pg_namespace.nspowner = 'cerebro_transformer'::regrole and pg_class.relkind in ('r', 'p')
    order by 1
) as builds;
