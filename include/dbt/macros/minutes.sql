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
