-- Tables and views of each layer, in the order of the layers.
select table_schema, table_name
from information_schema.tables
where table_schema = any(%(layers)s)
order by array_position(%(layers)s, table_schema::text), table_name
