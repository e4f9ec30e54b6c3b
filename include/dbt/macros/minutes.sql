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
