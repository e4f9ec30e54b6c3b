-- Whether a project has set up this warehouse before (every release has this table, and no migration drops it), and
-- whether it has recorded so.
select
    to_regclass('meta.reconciliations') is not null as is_set_up,
    to_regclass('meta.migrations') is not null and to_regclass('meta.schema_versions') is not null as is_recorded;
