-- The changes of columns that this run has noted.
select
    schema_changes.landing_zone,
    schema_changes.dataset,
    schema_changes.column_name,
    schema_changes.change,
    schema_changes.column_type,
    schema_changes.object_key
from raw.schema_changes
where schema_changes.dag_run_id = %(dag_run_id)s and schema_changes.change <> 'first'
order by schema_changes.landing_zone, schema_changes.dataset, schema_changes.column_name, schema_changes.change;
