-- The columns of a dataset that have been noted so far, with their types; gone ones have an empty type.
select
    schema_changes.column_name,
    schema_changes.change,
    schema_changes.column_type
from raw.schema_changes
where schema_changes.landing_zone = %(landing_zone)s and schema_changes.dataset = %(dataset)s;
