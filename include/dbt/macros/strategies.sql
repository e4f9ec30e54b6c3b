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
    {%- set partition = config.get('meta').partition %}
    {{ comment_on(target_relation, model) }}
    {%- if is_rebuilt() %}
    select meta.replace_rows('{{ target_relation }}', '{{ arg_dict['temp_relation'] }}', 'declared'
    {%- if partition %}, {{ months_sql(partition) }}{% endif %});
    {{ add_keys() }}
    {%- else %}
    select meta.delete_stale_rows(
        '{{ target_relation }}', '{{ ref(stale.by) }}', $match${{ stale.match }}$match$
    );
    select meta.write_rows('{{ target_relation }}', '{{ arg_dict['temp_relation'] }}'
    {%- if stale.forgets -%}
        , '{{ stale.forgets }}', stale_from, least(stale_until, horizon))
    from {{ ref('int_positions') }}
    {%- else %}, null, null, null)
    {%- endif %};
    {%- endif %}
    commit;
    begin;
{% endmacro %}


{#- Makes the stale rows equal to the query, and writes only rows that differ. -#}
{% macro get_incremental_sync_sql(arg_dict) %}
    {%- set keys = arg_dict['unique_key'] -%}
    {%- set stale = config.get('meta', {}).get('stale') if computes_stale_rows() %}
    select meta.sync_rows(
        '{{ arg_dict['target_relation'] }}',
        '{{ arg_dict['temp_relation'] }}',
        '{ {{- keys if keys is string else keys | join(', ') -}} }'
        {%- if stale %},
        may_leave => $stale$exists (
            select from {{ ref(stale.by) }} as stale
            where {{ stale.match }}
        )$stale$
        {%- endif %}
    );
    {%- if is_rebuilt() %}{{ add_keys() }}{% endif %}
    {{ comment_on(arg_dict['target_relation'], model) }}
{% endmacro %}


{#- Whether the model computes its stale rows alone. When they are built again, tables that
    foreign keys refer to stay where they are, and all of their rows are computed. -#}
{% macro computes_stale_rows() %}
    {{ return(is_incremental() and not is_rebuilt()) }}
{% endmacro %}
