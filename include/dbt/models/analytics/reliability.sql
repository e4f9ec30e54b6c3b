{{ config(unique_key='hero_id') }}

with

dim_heroes as (
    select * from {{ ref('dim_heroes') }}
),

mission_totals as (
    select
        hero_id,
        sum(successful_missions_count)::bigint as successful_missions_count,
        sum(stress_level_sum) as stress_level_sum,
        sum(stress_level_count) as stress_level_count
    from {{ ref('int_mission_totals') }}
    group by hero_id
),

counted_heroes as (
    select
        dim_heroes.hero_id,
        dim_heroes.hero_name,
        coalesce(mission_totals.successful_missions_count, 0)
            as successful_missions_count,
        (
            mission_totals.stress_level_sum
            / nullif(mission_totals.stress_level_count, 0)
        )::double precision as avg_stress_level
    from dim_heroes
    left join mission_totals on dim_heroes.hero_id = mission_totals.hero_id
),

final as (
    select
        row_number() over (
            order by
                successful_missions_count desc,
                hero_id collate "C" asc
        ) as rank,
        *
    from counted_heroes
)

select * from final
