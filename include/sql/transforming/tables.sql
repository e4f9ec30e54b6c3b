-- One row per table or view that the dbt project makes, with what is known of its last build. is_of_this_history is
-- false if the load at its position is not the same any more: raw was rebuilt, or restored from an older backup.
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
    built_tables.position,
    built_tables.is_of_this_history,
    -- A table that has grown since takes longer.
    built_tables.seconds * greatest(1, pg_class.reltuples / nullif(built_tables.row_count, 0)) as expected_seconds
from expected
left join operations.built_tables on expected.model = built_tables.model
left join pg_class on to_regclass(expected.relation) = pg_class.oid
order by expected.model;
