{#- Overrides dbt's macro: production's schemas have the models' own names, those of other
    targets carry the target's prefix (profiles.yml). -#}
{% macro generate_schema_name(custom_schema_name, node) -%}
    {%- set prefix = '' if is_production() else target.schema ~ '_' -%}
    {{ prefix }}{{ custom_schema_name or 'staging' }}
{%- endmacro %}
