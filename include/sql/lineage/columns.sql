-- One row per column of the tables and views in the given schemas that the current role may see.
select
    columns.table_schema,
    columns.table_name,
    columns.column_name,
    columns.data_type
from information_schema.columns
where columns.table_schema = any(%(schemas)s)
order by columns.table_schema, columns.table_name, columns.ordinal_position;
