-- The tables of the pipeline of which more than a fiftieth, and more than 1,000 rows, have changed since they were
-- vacuumed or analyzed. Their names are quoted where need be.
select format('%I.%I', tables.schemaname, tables.relname) as name
from pg_stat_user_tables as tables
where
    tables.schemaname in ('raw', 'meta', 'staging', 'marts', 'analytics', 'operations', 'snapshots')
    and greatest(tables.n_dead_tup, tables.n_mod_since_analyze, tables.n_ins_since_vacuum)
    > 1000 + 0.02 * tables.n_live_tup
order by name;
