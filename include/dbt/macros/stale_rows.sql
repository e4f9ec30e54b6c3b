{#- A query with one row per gapless range of the given relation's hours, within a day: rows that
    are written day by day lie together by hour (fact_biometrics). -#}
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
        group by
            date_bin(interval '24 hours', hours.hour_at, timestamptz '0001-01-01Z')
        order by min(hours.hour_at)
    ) as ranges
{%- endmacro %}


{#- A query of the relation's rows (known) that match one of what is stale (stale). `offset 0` has
    PostgreSQL look them up one by one: it would compute a view with all of history to join it
    (300,000 missions, a new log of 50: 45 s). -#}
{% macro stale_rows(relation, stale, match) -%}
    select found.*
    from {{ stale }} as stale
    cross join lateral (
        select known.*
        from {{ relation }} as known
        where {{ match }}
        offset 0
    ) as found
{%- endmacro %}
