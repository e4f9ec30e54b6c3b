{{ config(
    incremental_strategy='replace_stale',
    meta={
        'stale': {
            'by': 'int_stale_hours',
            'match': 'target.hero_id = stale.hero_id'
        }
    }
) }}

with

stale_hours as (
    select * from {{ ref('int_stale_hours') }}
),

minutes_on_missions as (
    select * from {{ ref('obt_cerebro_restored') }}
    where
        mission_id is not null
        {% if computes_stale_rows() %}
        and hero_id in (select stale_hours.hero_id from stale_hours)
        {% endif %}
),

-- Sums of numeric are exact: the same rows give the same digits in any order.
-- A count of distinct missions would sort them: 2.3 s for 1,000,000 missions.
participations as (
    select
        hero_id,
        mission_id,
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
    group by hero_id, mission_id
),

final as (
    select
        hero_id,
        count(*) filter (where is_successful) as successful_missions_count,
        sum(stress_level_sum) as stress_level_sum,
        sum(stress_level_count)::bigint as stress_level_count,
        sum(energy_output_sum) as energy_output_sum,
        sum(energy_output_count)::bigint as energy_output_count
    from participations
    group by hero_id
)

select * from final
