-- One row per large table: the size of its rows and of its indexes, and the bytes of both, with its partitions.
select
    pg_class.oid::regclass::text as relation,
    pg_size_pretty(sum(pg_table_size(coalesce(pg_inherits.inhrelid, pg_class.oid)))) as rows_size,
    pg_size_pretty(sum(pg_indexes_size(coalesce(pg_inherits.inhrelid, pg_class.oid)))) as indexes_size,
    sum(pg_total_relation_size(coalesce(pg_inherits.inhrelid, pg_class.oid)))::bigint as total_bytes
from pg_class
left join pg_inherits on pg_class.oid = pg_inherits.inhparent
where pg_class.oid in (
    'raw.biometrics'::regclass, 'marts.fact_biometrics'::regclass, 'analytics.obt_cerebro_restored'::regclass
)
group by pg_class.oid, pg_class.relnamespace
order by pg_class.relnamespace desc;
