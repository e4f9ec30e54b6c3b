-- One row per large table: the size of its rows and of its indexes, and the bytes of both.
select
    pg_class.oid::regclass::text as relation,
    pg_size_pretty(pg_table_size(pg_class.oid)) as rows_size,
    pg_size_pretty(pg_indexes_size(pg_class.oid)) as indexes_size,
    pg_total_relation_size(pg_class.oid) as total_bytes
from pg_class
where pg_class.oid in (
    'raw.biometrics'::regclass, 'marts.fact_biometrics'::regclass, 'analytics.obt_cerebro_restored'::regclass
)
order by pg_class.relnamespace desc;
