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
        {%- for statement in differing_keys('undeclared') -%}{%- do run_query(statement) -%}{%- endfor -%}
    {%- endif -%}
{% endmacro %}


{#- SQL that adds constraints and indexes that are declared and missing, for after all rows
    obey them. -#}
{% macro add_declared_keys_sql() %}
    {%- if stays_in_place() -%}
        {%- for statement in differing_keys('declared') %}
    {{ statement }};
        {%- endfor -%}
    {%- endif -%}
{% endmacro %}


{#- Returns the statements that drop undeclared keys, or those that add declared ones. -#}
{% macro differing_keys(kind) %}
    {%- set declared = make_intermediate_relation(this) -%}
    {%- call statement('declare_keys') %}
        create table {{ declared }} as (select * from {{ this }}) with no data;
        {{ declare_keys(declared) }}
    {%- endcall -%}
    {%- set keys = run_query(
        "select * from meta.key_changes('" ~ this ~ "', '" ~ declared ~ "')"
    ) -%}
    {%- do run_query('drop table ' ~ declared) -%}
    {%- set statements = [] -%}
    {%- for key in keys if key['kind'] == kind -%}
        {%- do statements.append(key['statement']) -%}
    {%- endfor -%}
    {{ return(statements) }}
{% endmacro %}


{#- Whether the constraint is a foreign key from another target's table to production's. -#}
{% macro refers_to_production(constraint) %}
    {{ return(
        constraint.type == 'foreign_key'
        and not is_production()
        and target.schema ~ '_' not in constraint.to | string
    ) }}
{% endmacro %}
