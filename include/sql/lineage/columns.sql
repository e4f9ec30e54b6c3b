-- The columns of these schemas' tables and views, as far as the role that asks may see them.
select
    columns.table_schema,
    columns.table_name,
    columns.column_name,
    columns.data_type
from information_schema.columns
where columns.table_schema = any(%(schemas)s)
order by columns.table_schema, columns.table_name, columns.ordinal_position;
