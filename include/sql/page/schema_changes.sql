-- The last changes of columns, the latest first.
select
    schema_changes.noted_at,
    schema_changes.landing_zone,
    schema_changes.dataset,
    schema_changes.column_name,
    schema_changes.change,
    schema_changes.column_type,
    schema_changes.object_key,
    count(*) over () as in_all
from operations.schema_changes
order by schema_changes.noted_at desc, schema_changes.column_name collate "C"
limit %(limit)s;
