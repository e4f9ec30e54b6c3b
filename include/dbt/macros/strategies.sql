{#- The two incremental strategies. Both write the stale rows alone, in one transaction, so
    that a repeated run is idempotent and readers see the state before or after it.

    meta.stale says which rows of the table are stale:
        by     the model with the stale keys or buckets; none: the whole table is
        match  SQL that matches a row of the table (target) with one of that model (stale)
-#}


{#- Replaces the stale rows by those of the query. Not for tables that foreign keys refer
    to. If the table has readings, meta.stale.forgets is the column of their time: what the
    horizon of the retention has passed leaves as a whole. The table is locked for that, so
    the same statement commits. -#}
{% macro get_incremental_replace_stale_sql(arg_dict) %}
    {%- set target_relation = arg_dict['target_relation'] -%}
    {%- set stale = config.get('meta').stale %}
    -- Stale rows are looked up in the table's key. The planner may prefer a hash join by
    -- hero, which compares all minutes of a hero with each of its stale hours.
    set local enable_nestloop = on;
    set local enable_hashjoin = off;
    set local enable_mergejoin = off;
    delete from {{ target_relation }} as target
    using {{ ref(stale.by) }} as stale
    where {{ stale.match }};
    set local enable_hashjoin to default;
    set local enable_mergejoin to default;

    {{ comment_on(target_relation, model) }}
    select meta.write_rows('{{ target_relation }}', '{{ arg_dict['temp_relation'] }}'
    {%- if stale.forgets -%}
        , '{{ stale.forgets }}', stale_from, least(stale_until, horizon))
    from {{ ref('int_positions') }}
    {%- else %}, null, null, null)
    {%- endif %};
    commit;
    begin;
{% endmacro %}


{#- Makes the stale rows equal to the query, and writes only rows that differ. Rows keep
    the foreign keys that refer to them, and a run without changes writes nothing. -#}
{% macro get_incremental_sync_sql(arg_dict) %}
    {%- set keys = arg_dict['unique_key'] -%}
    {%- set keys = [keys] if keys is string else keys -%}
    {%- set columns = arg_dict['dest_columns'] | map(attribute='name') | list -%}
    {%- set others = columns | reject('in', keys) | list -%}
    {%- set stale = config.get('meta', {}).get('stale') if computes_stale_rows() -%}
    {%- set same_key -%}
        {%- for key in keys %}
        {{ 'and ' if not loop.first }}target.{{ key }} = source.{{ key }}
        {%- endfor %}
    {%- endset %}
    -- The planner knows then whether to look the rows up or to hash the table.
    analyze {{ arg_dict['temp_relation'] }};

    delete from {{ arg_dict['target_relation'] }} as target
    where
        not exists (
            select from {{ arg_dict['temp_relation'] }} as source
            where {{ same_key }}
        )
        {%- if stale %}
        and exists (
            select from {{ ref(stale.by) }} as stale
            where {{ stale.match }}
        )
        {%- endif %};

    merge into {{ arg_dict['target_relation'] }} as target
    using {{ arg_dict['temp_relation'] }} as source
        on {{ same_key }}
    {%- if others %}
    when matched
        and (target.{{ others | join(', target.') }})
        is distinct from (source.{{ others | join(', source.') }}) then
        update set ({{ others | join(', ') }}) = row(source.{{ others | join(', source.') }})
    {%- endif %}
    when not matched then
        insert ({{ columns | join(', ') }}) values (source.{{ columns | join(', source.') }});

    {% if not stale %}
    -- Such tables are small and may change as a whole: what is stale is all of history
    -- in one run, and three rows in the next.
    analyze {{ arg_dict['target_relation'] }};
    {% endif %}

    {{ change_keys_sql('declared') }}
    {{ comment_on(arg_dict['target_relation'], model) }}
    {{ record_rebuild(arg_dict['target_relation']) }}
{% endmacro %}


{#- Whether the model computes its stale rows alone. When they are built again, tables that
    foreign keys refer to stay where they are, and all of their rows are computed. -#}
{% macro computes_stale_rows() %}
    {{ return(is_incremental() and not is_rebuilt()) }}
{% endmacro %}
