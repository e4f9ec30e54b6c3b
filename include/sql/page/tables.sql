-- One row per table or view of the dbt project, as transforming/tables.sql has it, with the rights of an analyst.
select
    expected.model,
    expected.relation,
    pg_class.oid is null as is_missing,
    built_tables.rules,
    built_tables.keys,
    built_tables.is_of_this_history,
    built_tables.rebuilt_at,
    built_tables.seconds * greatest(1, pg_class.reltuples / nullif(built_tables.row_count, 0)) as expected_seconds
from unnest(%(models)s::text[], %(relations)s::text[]) as expected (model, relation)
left join operations.built_tables on expected.model = built_tables.model
left join pg_namespace on pg_namespace.nspname = split_part(expected.relation, '.', 1)
left join pg_class
    on
        pg_class.relnamespace = pg_namespace.oid
        and pg_class.relname = split_part(expected.relation, '.', 2)
order by expected.model;
