{#- Keys, constraints and indexes of a table that stays in place when it is built again,
    because foreign keys refer to it: they are made equal to what the model's YAML declares.
    A table that is replaced gets them all (macros/tables.sql).

    Both are compared as PostgreSQL prints them, with those of an empty table. Indexes that
    are no longer declared stay: somebody may have made them by hand. -#}


{#- Whether the model's table is built again, and is not replaced. -#}
{% macro stays_in_place() %}
    {{ return(
        execute and config.get('full_refresh') is false and is_rebuilt()
        and load_relation(this) is not none
    ) }}
{% endmacro %}


{#- Drops constraints that are no longer declared, before rows come that break them. -#}
{% macro drop_undeclared_keys() %}
    {%- if stays_in_place() -%}
        {%- do alter_keys('undeclared') -%}
    {%- endif -%}
{% endmacro %}


{#- Adds constraints and indexes that are declared and missing, when all rows obey them. -#}
{% macro add_declared_keys() %}
    {%- do alter_keys('declared') -%}
{% endmacro %}


{#- Executes the statements of one kind, if there are any. -#}
{% macro alter_keys(kind) %}
    {%- set declared = make_intermediate_relation(this) -%}
    {%- call statement('declare_keys') %}
        create table {{ declared }} as (select * from {{ this }}) with no data;
        {{ declare_keys(declared) }}
        {%- for index in config.get('indexes', []) %}
        {{ get_create_index_sql(declared, index) }};
        {%- endfor %}
    {%- endcall -%}
    {%- set statements = [] -%}
    {%- for row in run_query(compare_keys(this, declared)) if row['kind'] == kind -%}
        {%- do statements.append(row['statement']) -%}
    {%- endfor -%}
    {%- do run_query('drop table ' ~ declared) -%}
    {%- for statement in statements -%}{%- do run_query(statement) -%}{%- endfor -%}
{% endmacro %}


{#- A query with the statements that make the keys of the relation those that are declared. -#}
{% macro compare_keys(relation, declared) -%}
    with

    constraints as (
        select
            pg_constraint.conrelid as table_id,
            pg_constraint.conname as name,
            pg_get_constraintdef(pg_constraint.oid) as definition
        from pg_constraint
        where
            pg_constraint.conrelid in (
                '{{ relation }}'::regclass, '{{ declared }}'::regclass
            )
            and pg_constraint.contype in ('p', 'u', 'c', 'f')
    ),

    indexes as (
        select
            pg_index.indrelid as table_id,
            case when pg_index.indisunique then 'unique ' else '' end
            || 'index on {{ relation }}'
            || substring(pg_get_indexdef(pg_index.indexrelid) from ' USING .*')
                as definition
        from pg_index
        where
            pg_index.indrelid in (
                '{{ relation }}'::regclass, '{{ declared }}'::regclass
            )
            and not exists (
                select from pg_constraint
                where
                    pg_constraint.conindid = pg_index.indexrelid
                    and pg_constraint.conrelid = pg_index.indrelid
            )
    ),

    columns as (
        select
            existing.attname as name,
            declared.attnotnull as is_declared
        from pg_attribute as existing
        inner join pg_attribute as declared
            on existing.attname = declared.attname
            and declared.attrelid = '{{ declared }}'::regclass
        where
            existing.attrelid = '{{ relation }}'::regclass
            and existing.attnum > 0
            and existing.attnotnull <> declared.attnotnull
    )

    select
        'undeclared' as kind,
        format('alter table %s drop constraint %I', '{{ relation }}', name) as statement
    from constraints
    where
        table_id = '{{ relation }}'::regclass
        and definition not in (
            select definition from constraints
            where table_id = '{{ declared }}'::regclass
        )

    union all

    select
        'undeclared' as kind,
        format('alter table %s alter column %I drop not null', '{{ relation }}', name)
    from columns
    where not is_declared

    union all

    select
        'declared' as kind,
        format('alter table %s alter column %I set not null', '{{ relation }}', name)
    from columns
    where is_declared

    union all

    select
        'declared' as kind,
        format('alter table %s add %s', '{{ relation }}', definition)
    from constraints
    where
        table_id = '{{ declared }}'::regclass
        and definition not in (
            select definition from constraints
            where table_id = '{{ relation }}'::regclass
        )

    union all

    select
        'declared' as kind,
        'create ' || definition
    from indexes
    where
        table_id = '{{ declared }}'::regclass
        and definition not in (
            select definition from indexes
            where table_id = '{{ relation }}'::regclass
        )
{%- endmacro %}


{#- Whether the constraint is a foreign key from another target's table to production's. -#}
{% macro refers_to_production(constraint) %}
    {{ return(
        constraint.type == 'foreign_key'
        and not is_production()
        and target.schema ~ '_' not in constraint.to | string
    ) }}
{% endmacro %}
