{#- Builds of one model take turns, whoever started them: until the end of the transaction
    any other build of it waits here. Two that create the same relation at once would
    collide in PostgreSQL's catalog. -#}
{% macro take_turns() %}
    {#- Unlike run_query, a statement begins dbt's transaction. -#}
    {%- call statement('take_turns') %}select meta.take_turns('dbt: {{ this }}'){% endcall -%}
{% endmacro %}
