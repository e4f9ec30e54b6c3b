-- What is to be done with tables of the pipeline: VACUUM, if more than a fiftieth, and over 1,000 rows, have changed
-- since the last. A partitioned table, which nobody else analyzes as a whole: ANALYZE, once it has changed by a fifth.
-- Names are quoted where need be.
select
    format('%I.%I', tables.schemaname, tables.relname) as name,
    'vacuum (analyze, skip_locked)' as command
from pg_stat_user_tables as tables
where
    tables.schemaname in ('raw', 'meta', 'staging', 'marts', 'analytics', 'operations', 'snapshots')
    and greatest(tables.n_dead_tup, tables.n_mod_since_analyze, tables.n_ins_since_vacuum)
    > 1000 + 0.02 * tables.n_live_tup
union all
select
    format('%I.%I', pg_namespace.nspname, pg_class.relname) as name,
    'analyze (skip_locked)' as command
from pg_class
inner join pg_namespace on pg_class.relnamespace = pg_namespace.oid
cross join lateral (
    select sum(pg_stat_get_live_tuples(pg_inherits.inhrelid)) as live_rows
    from pg_inherits
    where pg_inherits.inhparent = pg_class.oid
) as partitions
where
    pg_class.relkind = 'p'
    and pg_namespace.nspname in ('raw', 'meta', 'staging', 'marts', 'analytics', 'operations', 'snapshots')
    and abs(partitions.live_rows - greatest(pg_class.reltuples, 0)) > 1000 + 0.2 * greatest(pg_class.reltuples, 0)
order by command desc, name asc;
