{{ config(
    materialized='incremental',
    incremental_strategy='replace_stale',
    meta={
        'stale': {
            'by': 'int_stale_hours',
            'match': 'target.hour_at = stale.hour_at and stale.has_readings',
            'forgets': 'hour_at'
        }
    }
) }}

-- depends_on: {{ ref('int_stale_hours') }}, {{ ref('int_positions') }}

with

hour_ranges as (
    {% if computes_stale_rows() %}
    {{ hour_ranges(ref('int_stale_hours'), 'hours.has_readings') }}
    {% else %}
    select
        timestamptz '-infinity' as from_minute,
        timestamptz 'infinity' as until_minute
    {% endif %}
),

counted_hours as (
    select
        raw.hour_of(fact_biometrics.minute_at) as hour_at,
        sum(fact_biometrics.reading_count)::bigint as reading_count
    from hour_ranges
    cross join lateral (
        select fact_biometrics.*
        from {{ ref('fact_biometrics') }} as fact_biometrics
        where
            fact_biometrics.minute_at >= hour_ranges.from_minute
            and fact_biometrics.minute_at < hour_ranges.until_minute
        offset 0
    ) as fact_biometrics
    group by hour_at
),

final as (
    select
        counted_hours.hour_at,
        counted_hours.reading_count,
        now() as checked_at,
        -- Heroes without new readings in the hour have not been merged again:
        -- it keeps its turn.
        {% if computes_stale_rows() -%}
        coalesce(before.compared_at, now()) as compared_at
        {%- else -%}
        now() as compared_at
        {%- endif %}
    from counted_hours
    {% if computes_stale_rows() -%}
    left join {{ this }} as before on counted_hours.hour_at = before.hour_at
    {%- endif %}
)

select * from final
