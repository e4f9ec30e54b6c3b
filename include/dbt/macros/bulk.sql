{#- How whole tables are built. Seconds are those of 4.3 million hero-minutes (100
    heroes for a month) on two cores. -#}


{#- dbt's own macro declares a contract's constraints and inserts (4.5 s); here the
    table is filled first (2.3 s) and checked afterwards, in one scan (0.6 s). -#}
{% macro postgres__create_table_as(temporary, relation, sql) -%}
    {%- if temporary or not config.get('contract').enforced -%}
        {{ return(dbt.postgres__create_table_as(temporary, relation, sql)) }}
    {%- endif -%}
    {{ get_assert_columns_equivalent(sql) }}
    create table {{ relation }} as (
        {{ get_select_subquery(sql) }}
    );

    {%- set actions = [] -%}
    {%- for column in model.columns.values() -%}
        {%- for constraint in column.constraints -%}
            {%- if constraint.type == 'not_null' -%}
                {%- do actions.append('alter column ' ~ column.name ~ ' set not null') -%}
            {%- elif constraint.type == 'check' -%}
                {%- do actions.append('add check (' ~ constraint.expression ~ ')') -%}
            {%- else -%}
                {{ exceptions.raise_compiler_error(
                    'Column ' ~ column.name ~ ': constraints of type ' ~ constraint.type
                    ~ ' are made by a post-hook, see add_missing_keys') }}
            {%- endif -%}
        {%- endfor -%}
    {%- endfor %}
    {%- if actions %}
    alter table {{ relation }}
        {{ actions | join(',\n        ') }};
    {%- endif %}

    -- Autovacuum would come too late: the next run's plans need to know, for one, that
    -- next to no row of the big table is on a mission (a year: 25 s without).
    analyze {{ relation }};
{%- endmacro %}



{#- Every day that has a minute in raw. Day by day a hash table fits in memory, and the
    rows of the table come out by day, hero and minute: an index on hero and minute is
    then made in a third of the time. -#}
{% macro all_days(minutes) -%}
    select
        days.first_minute as from_minute,
        days.first_minute + interval '1 day' as until_minute
    from (
        select distinct
            date_bin(
                interval '1 day', minutes.minute_at, timestamptz '1970-01-01Z'
            ) as first_minute
        from {{ minutes }} as minutes
    ) as days
    order by days.first_minute
{%- endmacro %}
