-- One row per table or view of the dbt project, as transforming/tables.sql has it, with the rights of an analyst.
with expected as (
    select
        unnest(%(models)s::text[]) as model,
        unnest(%(relations)s::text[]) as relation
)

select
    expected.model,
    expected.relation,
    pg_class.oid is null as is_missing,
    built_tables.rules,
    built_tables.keys,
    built_tables.is_of_this_history,
    built_tables.rebuilt_at,
    built_tables.seconds * greatest(1, pg_class.reltuples / nullif(built_tables.row_count, 0)) as expected_seconds
from expected
left join operations.built_tables on expected.model = built_tables.model
left join pg_namespace on split_part(expected.relation, '.', 1) = pg_namespace.nspname
left join pg_class
    on
        pg_namespace.oid = pg_class.relnamespace
        and split_part(expected.relation, '.', 2) = pg_class.relname
order by expected.model;
