-- One row per key, check and index of the tables of the search path, without names and without what a foreign key does
-- in a cascade.
with relations as (
    select
        name,
        to_regclass(name) as oid
    from unnest(
        array[
            'dim_heroes', 'dim_missions', 'bridge_mission_heroes', 'fact_biometrics', 'obt_cerebro_restored',
            'hulk_factor', 'reliability'
        ]
    ) as tables (name)
)

select
    relations.name
    || ': '
    || regexp_replace(pg_get_constraintdef(pg_constraint.oid, true), ' ON (UPDATE|DELETE) CASCADE', '', 'g')
        as definition
from relations
inner join pg_constraint on relations.oid = pg_constraint.conrelid

union all

select
    relations.name
    || ': '
    || regexp_replace(pg_get_indexdef(pg_index.indexrelid, 0, true), ' INDEX \S+ ON ', ' INDEX ON ') as definition
from relations
inner join pg_index on relations.oid = pg_index.indrelid
where not exists (
    select from pg_constraint
    where pg_constraint.conindid = pg_index.indexrelid and pg_constraint.conrelid = relations.oid
);
