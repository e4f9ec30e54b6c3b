{#- From an hour's start to the last minute of a mission that covers it. -#}
{%- set reach = "interval '" ~ (mission_duration() | int + 58) ~ " minutes'" -%}

{{ config(
    incremental_strategy='replace_stale',
    meta={
        'stale': {
            'by': 'int_stale_hours',
            'match': "
                target.hero_id = stale.hero_id
                and target.day_at >= date_trunc('day', stale.hour_at, 'UTC')
                and target.day_at <= stale.hour_at + " ~ reach
        }
    }
) }}

with

stale_hours as (
    select * from {{ ref('int_stale_hours') }}
),

{% if computes_stale_rows() %}
-- A mission counts on the day of its first row, so an hour may also change the
-- next day's totals.
stale_days as (
    select distinct
        hero_id,
        generate_series(
            date_trunc('day', hour_at, 'UTC'),
            hour_at + {{ reach }},
            interval '24 hours'
        ) as day_at
    from stale_hours
),

-- With the end of the day before them: a mission may have had its first row
-- there.
row_ranges as (
    select
        hero_id,
        unnest(range_agg(tstzrange(
            day_at - interval '{{ mission_duration() }} minutes',
            day_at + interval '24 hours'
        ))) as rows_at
    from stale_days
    group by hero_id
),
{% endif %}

minutes_on_missions as (
    {% if computes_stale_rows() %}
    {{ stale_rows(ref('obt_cerebro_restored'), 'row_ranges', "
            known.hero_id = stale.hero_id
            and known.timestamp >= lower(stale.rows_at)
            and known.timestamp < upper(stale.rows_at)
            and known.mission_id is not null
    ") }}
    {% else %}
    select * from {{ ref('obt_cerebro_restored') }}
    where mission_id is not null
    {% endif %}
),

-- Sums of numeric are exact: the same rows give the same digits in any order.
days_of_participations as (
    select
        hero_id,
        mission_id,
        date_trunc('day', timestamp, 'UTC') as day_at,
        bool_or(mission_outcome = 'Successful') as is_successful,
        sum(stress_level::numeric) filter (
            where mission_outcome = 'Successful'
        ) as stress_level_sum,
        count(stress_level) filter (
            where mission_outcome = 'Successful'
        ) as stress_level_count,
        sum(energy_output::numeric) filter (
            where structural_damage > 10000
        ) as energy_output_sum,
        count(energy_output) filter (
            where structural_damage > 10000
        ) as energy_output_count
    from minutes_on_missions
    group by hero_id, mission_id, date_trunc('day', timestamp, 'UTC')
),

numbered_days as (
    select
        *,
        row_number() over (
            partition by hero_id, mission_id
            order by day_at
        ) as day_number
    from days_of_participations
),

final as (
    select
        numbered_days.hero_id,
        numbered_days.day_at,
        count(*) filter (
            where numbered_days.is_successful and numbered_days.day_number = 1
        ) as successful_missions_count,
        sum(numbered_days.stress_level_sum) as stress_level_sum,
        sum(numbered_days.stress_level_count)::bigint as stress_level_count,
        sum(numbered_days.energy_output_sum) as energy_output_sum,
        sum(numbered_days.energy_output_count)::bigint as energy_output_count
    from numbered_days
    {% if computes_stale_rows() %}
    inner join stale_days
        on
            numbered_days.hero_id = stale_days.hero_id
            and numbered_days.day_at = stale_days.day_at
    {% endif %}
    group by numbered_days.hero_id, numbered_days.day_at
)

select * from final
