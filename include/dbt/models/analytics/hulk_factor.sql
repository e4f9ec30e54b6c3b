{{ config(unique_key='hero_id') }}

with

dim_heroes as (
    select * from {{ ref('dim_heroes') }}
),

obt_cerebro_restored as (
    select * from {{ ref('obt_cerebro_restored') }}
),

-- Sums of numeric are exact: the same rows give the same digits in any order.
energy_on_high_risk_missions as (
    select
        hero_id,
        avg(energy_output::numeric)::double precision as avg_energy_output
    from obt_cerebro_restored
    where structural_damage > 10000 and mission_id is not null
    group by hero_id
),

measured_heroes as (
    select
        dim_heroes.hero_id,
        dim_heroes.hero_name,
        energy_on_high_risk_missions.avg_energy_output
    from dim_heroes
    left join energy_on_high_risk_missions
        on dim_heroes.hero_id = energy_on_high_risk_missions.hero_id
),

final as (
    select
        row_number() over (
            order by
                avg_energy_output desc nulls last,
                hero_id collate "C" asc
        ) as rank,
        *
    from measured_heroes
)

select * from final
