-- One row per table of the given schemas, on either side, with its key: the columns of its primary key, or else of its
-- first unique constraint. On a side, a schema's name begins with the side's prefix.
with sides as (
    select unnest(array[%(base)s, %(head)s]) as prefix
),

names as (
    select unnest(%(schemas)s::text[]) as name
)

select
    tables.schema_name || '.' || tables.table_name as name,
    bool_or(tables.prefix = %(base)s) as is_in_base,
    bool_or(tables.prefix = %(head)s) as is_in_head,
    max(tables.key_columns) as key_columns
from (
    select
        sides.prefix,
        names.name as schema_name,
        pg_class.relname as table_name,
        (
            select array_agg(pg_attribute.attname::text order by pg_attribute.attnum)
            from pg_attribute
            inner join (
                select pg_constraint.conkey from pg_constraint
                where pg_constraint.conrelid = pg_class.oid and pg_constraint.contype in ('p', 'u')
                order by pg_constraint.contype, pg_constraint.conname
                limit 1
            ) as keys on pg_attribute.attnum = any(keys.conkey)
            where pg_attribute.attrelid = pg_class.oid
        ) as key_columns
    from sides
    cross join names
    inner join pg_namespace on pg_namespace.nspname = sides.prefix || '_' || names.name
    inner join pg_class on pg_namespace.oid = pg_class.relnamespace
    where pg_class.relkind in ('r', 'p') and not pg_class.relispartition
) as tables
group by tables.schema_name, tables.table_name
order by name;
