-- One row per relation that keeps state for ever or that may grow with the number of loads, beyond the ledger itself:
-- its bytes with indexes, per load. A relation without rows is left out. The parsed records of heroes and missions have
-- a row per record, however many loads deliver them.
select
    pg_class.oid::regclass::text as relation,
    pg_total_relation_size(pg_class.oid) / loads.loads::double precision as bytes_a_load,
    pg_class.relname like 'int\_%_records' as is_of_records
from pg_class
inner join pg_namespace on pg_class.relnamespace = pg_namespace.oid
cross join (select count(*) as loads from raw.loads) as loads
where
    pg_class.relkind = 'r'
    and pg_relation_size(pg_class.oid) > 0
    and (
        pg_class.oid = 'raw.load_hours'::regclass
        or pg_namespace.nspname = 'meta'
        or (pg_namespace.nspname = 'staging' and starts_with(pg_class.relname, 'int_'))
    )
order by pg_total_relation_size(pg_class.oid) desc;
