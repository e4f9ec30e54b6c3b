{#- Overrides dbt's macro, which comments on everything at every run. Models' tables and views
    are commented on by the statements that make them. -#}
{% macro postgres__persist_docs(relation, model, for_relation, for_columns) %}
    {%- if model.resource_type == 'snapshot' %}{% do run_query(comment_on(relation, model)) %}{% endif -%}
{% endmacro %}


{#- SQL that writes the model's comments that differ. -#}
{% macro comment_on(relation, model) -%}
    {%- set comments = {'*': model.description} -%}
    {%- for column in model.columns.values() -%}
        {%- do comments.update({column.name: column.description}) -%}
    {%- endfor -%}
    select meta.comment_on('{{ relation }}', $json${{ tojson(comments) }}$json$);
{%- endmacro %}
