{{ config(unique_key='hero_id') }}

with

dim_heroes as (
    select * from {{ ref('dim_heroes') }}
),

obt_cerebro_restored as (
    select * from {{ ref('obt_cerebro_restored') }}
),

-- Sums of numeric are exact: the same rows give the same digits in any order.
successful_missions as (
    select
        hero_id,
        count(distinct mission_id) as successful_missions_count,
        avg(stress_level::numeric)::double precision as avg_stress_level
    from obt_cerebro_restored
    where mission_outcome = 'Successful'
    group by hero_id
),

counted_heroes as (
    select
        dim_heroes.hero_id,
        dim_heroes.hero_name,
        coalesce(successful_missions.successful_missions_count, 0)
            as successful_missions_count,
        successful_missions.avg_stress_level
    from dim_heroes
    left join successful_missions
        on dim_heroes.hero_id = successful_missions.hero_id
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
