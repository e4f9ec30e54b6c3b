{#- Keys, constraints and indexes of a table that stays in place when it is built again,
    because foreign keys refer to it: they are made equal to what the model's YAML declares.
    A table that is replaced gets them all (macros/tables.sql).

    Both are compared as PostgreSQL prints them, with those of an empty table. Indexes that
    are no longer declared stay: somebody may have made them by hand. -#}


{#- SQL that drops undeclared constraints, before rows come that break them, or adds declared
    keys and indexes, for after all rows obey them. -#}
{% macro change_keys_sql(kind) %}
    {%- if execute and config.get('full_refresh') is false and is_rebuilt()
        and load_relation(this) is not none -%}
    {%- set declared = make_intermediate_relation(this) -%}
    {%- call statement('declare_keys') %}
        {{ begin_build_sql() }}
        create table {{ declared }} as (select * from {{ this }}) with no data;
        {{ declare_keys(declared) }}
    {%- endcall -%}
    {%- set changes = run_query(
        "select * from meta.key_changes('" ~ this ~ "', '" ~ declared ~ "')"
    ) -%}
    {%- do run_query('drop table ' ~ declared) -%}
    {%- for change in changes if change['kind'] == kind %}
    {{ change['statement'] }};
    {%- endfor -%}
    {%- endif -%}
{% endmacro %}


{#- Whether the constraint is a foreign key from another target's table to production's. -#}
{% macro refers_to_production(constraint) %}
    {{ return(
        constraint.type == 'foreign_key'
        and not is_production()
        and target.schema ~ '_' not in constraint.to | string
    ) }}
{% endmacro %}
