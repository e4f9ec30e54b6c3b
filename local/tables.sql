-- Tables and views of each layer, in the order of the layers.
select
    namespaces.nspname as layer,
    classes.relname as table_name
from pg_class as classes
inner join pg_namespace as namespaces on classes.relnamespace = namespaces.oid
where
    namespaces.nspname = any(%(layers)s)
    and classes.relkind in ('r', 'p', 'v', 'm')
order by array_position(%(layers)s, namespaces.nspname::text), classes.relname
