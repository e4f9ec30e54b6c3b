{#- SQL that grants on a relation what others were granted on the one that it replaces. Rights
    on what dbt builds come from default privileges (include/sql/schema/60_grants.sql) and from
    grants made by hand. dbt's `grants` would revoke the latter. -#}
{% macro copy_grants(replaced, relation) -%}
    select meta.copy_grants('{{ replaced }}', '{{ relation }}');
{%- endmacro %}
