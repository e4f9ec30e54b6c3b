-- Notes changes of a dataset's columns, each once. Returns those that were not noted before, without those of the
-- first object.
with noted as (
    insert into raw.schema_changes (
        landing_zone, dataset, column_name, change, column_type, object_key, dag_run_id
    )
    select
        %(landing_zone)s,
        %(dataset)s,
        changed.column_name,
        changed.change,
        changed.column_type,
        changed.object_key,
        %(dag_run_id)s
    from unnest(%(column_names)s::text[], %(changes)s::text[], %(column_types)s::text[], %(object_keys)s::text[])
        as changed (column_name, change, column_type, object_key)
    order by changed.column_name collate "C", changed.change, changed.column_type
    on conflict do nothing
    returning object_key, column_name, change, column_type
)

select
    noted.object_key,
    noted.column_name,
    noted.change,
    noted.column_type
from noted
where noted.change <> 'first';
