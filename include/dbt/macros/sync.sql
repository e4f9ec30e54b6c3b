{#- The incremental strategy `sync`: makes the table equal to the query and writes only
    rows that differ. Unlike a rebuilt table, a synced one keeps the foreign keys that
    refer to it, and a run without changes writes nothing. -#}
{% macro get_incremental_sync_sql(arg_dict) %}
    {%- set keys = arg_dict['unique_key'] -%}
    {%- set keys = [keys] if keys is string else keys -%}
    {%- set columns = arg_dict['dest_columns'] | map(attribute='name') | list -%}
    {%- set others = columns | reject('in', keys) | list -%}
    {%- set same_key -%}
        {%- for key in keys %}
        {{ 'and ' if not loop.first }}target.{{ key }} = source.{{ key }}
        {%- endfor %}
    {%- endset -%}

    delete from {{ arg_dict['target_relation'] }} as target
    where not exists (
        select from {{ arg_dict['temp_relation'] }} as source
        where {{ same_key }}
    );

    {% if others %}
    update {{ arg_dict['target_relation'] }} as target
    set
        {%- for column in others %}
        {{ column }} = source.{{ column }}{{ ',' if not loop.last }}
        {%- endfor %}
    from {{ arg_dict['temp_relation'] }} as source
    where
        {{ same_key }}
        and (
            {%- for column in others %}
            {{ 'or ' if not loop.first -}}
            target.{{ column }} is distinct from source.{{ column }}
            {%- endfor %}
        );
    {% endif %}

    insert into {{ arg_dict['target_relation'] }} ({{ columns | join(', ') }})
    select {{ columns | join(', ') }}
    from {{ arg_dict['temp_relation'] }} as source
    where not exists (
        select from {{ arg_dict['target_relation'] }} as target
        where {{ same_key }}
    );
{% endmacro %}
