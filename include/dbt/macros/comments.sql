{#- Overrides dbt's macro, which comments on everything at every run. This one writes what
    differs, so that a run without changes takes no lock. -#}
{% macro postgres__persist_docs(relation, model, for_relation, for_columns) %}
    {%- set present = {} -%}
    {%- for row in run_query("select * from meta.comments('" ~ relation ~ "')") -%}
        {%- do present.update({row['name']: row['description'] or ''}) -%}
    {%- endfor -%}
    {%- set columns = [] -%}
    {%- for column in model.columns.values() if column.name in present -%}
        {%- if column.description != present[column.name] -%}
            {%- do columns.append(column) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- set description = model.description if model.description != present['*'] -%}
    {%- if description or columns -%}
        {%- do run_query(comments_on(relation, description, columns)) -%}
    {%- endif -%}
{% endmacro %}


{#- SQL that writes comments on a relation, and on columns of it. -#}
{% macro comments_on(relation, description, columns) -%}
    {% if description %}{{ alter_relation_comment(relation, description) }}{% endif %}
    {% for column in columns %}
    comment on column {{ relation }}.{{ column.name }}
    is {{ postgres_escape_comment(column.description) }};
    {%- endfor %}
{%- endmacro %}
