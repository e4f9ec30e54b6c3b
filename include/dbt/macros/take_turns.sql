{#- SQL that waits for any other build of the model, whoever started it, until the end of that
    transaction. Two that create the same relation at once would collide in PostgreSQL's
    catalog. -#}
{% macro take_turns_sql() -%}
    select meta.take_turns('dbt: {{ this }}');
{%- endmacro %}
