{#- A query with one row per day that has a minute in the given relation. With one day at
    a time, a hash table fits in memory and the rows come out by day, hero and minute,
    so that the index on hero and minute is built in a third of the time. Steps are of 24
    hours: `interval '1 day'` is an hour longer or shorter where the session's time zone
    changes its clocks. -#}
{% macro all_days(hours) -%}
    select
        days.first_minute as from_minute,
        days.first_minute + interval '24 hours' as until_minute
    from (
        select distinct
            date_bin(
                interval '24 hours', hours.hour_at, timestamptz '1970-01-01Z'
            ) as first_minute
        from {{ hours }} as hours
    ) as days
    order by days.first_minute
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
