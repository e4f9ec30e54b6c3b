{#- The start of the hour, in UTC. date_trunc, which reads the names of unit and time zone for
    every row, takes three times as long. The origin is before all that is binned: versions of
    PostgreSQL differ before it. -#}
{% macro hour_of(minute_at) -%}
    {{ bin('1 hour', minute_at) }}
{%- endmacro %}


{#- The start of the bin of that length, in UTC. Steps are lengths: a day is 24 hours, also
    where the session's time zone changes its clocks. -#}
{% macro bin(length, instant) -%}
    date_bin(
        interval '{{ length }}', {{ instant }}, timestamptz '0001-01-01Z'
    )
{%- endmacro %}


{#- A query with one row per day that has a minute in the given relation. With one day at
    a time the sort fits in memory, and an hour of a hero is on one page or two. -#}
{% macro all_days(hours) -%}
    select
        days.from_minute,
        days.from_minute + interval '24 hours' as until_minute
    from (
        select distinct {{ bin('24 hours', 'hours.hour_at') }} as from_minute
        from {{ hours }} as hours
    ) as days
    order by days.from_minute
{%- endmacro %}


{#- A query with one row per gapless range of the given relation's hours. -#}
{% macro hour_ranges(hours, condition='true') -%}
    select
        lower(ranges.minutes) as from_minute,
        upper(ranges.minutes) as until_minute
    from (
        select
            unnest(range_agg(tstzrange(
                hours.hour_at, hours.hour_at + interval '1 hour'
            ))) as minutes
        from {{ hours }} as hours
        where {{ condition }}
    ) as ranges
{%- endmacro %}


{#- Summarizes the new block ranges of a table's BRIN indexes. PostgreSQL reads every row that
    came after the last summary, and autovacuum may not write the next one until a fifth of
    the table is new. -#}
{% macro summarize_block_ranges(relation) %}
    select brin_summarize_new_values(pg_index.indexrelid)
    from pg_index
    inner join pg_class on pg_index.indexrelid = pg_class.oid
    inner join pg_am on pg_class.relam = pg_am.oid
    where pg_index.indrelid = '{{ relation }}'::regclass and pg_am.amname = 'brin';
{% endmacro %}
