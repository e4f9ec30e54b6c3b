{#- Overrides dbt's macro, which comments on everything at every run. This one leaves out
    comments that are there already, so that a run without changes takes no lock. -#}
{% macro postgres__persist_docs(relation, model, for_relation, for_columns) %}
    {%- set comments = {} -%}
    {%- for row in run_query(read_comments(relation)) -%}
        {%- do comments.update({row['name']: row['description']}) -%}
    {%- endfor -%}

    {%- set columns = {} -%}
    {%- for name, column in model.columns.items() -%}
        {%- if column.description != comments.get(name, '') -%}
            {%- do columns.update({name: column}) -%}
        {%- endif -%}
    {%- endfor -%}

    {% do dbt.default__persist_docs(
        relation,
        {'description': model.description, 'columns': columns},
        for_relation and model.description != comments.get('*', ''),
        for_columns
    ) %}
{% endmacro %}


{#- A query with the comment on each column, and on the relation itself under the name *. -#}
{% macro read_comments(relation) -%}
    select
        coalesce(pg_attribute.attname, '*') as name,
        pg_description.description
    from pg_description
    left join pg_attribute
        on pg_description.objoid = pg_attribute.attrelid
        and pg_description.objsubid = pg_attribute.attnum
    where
        pg_description.classoid = 'pg_class'::regclass
        and pg_description.objoid = '{{ relation }}'::regclass
{%- endmacro %}
