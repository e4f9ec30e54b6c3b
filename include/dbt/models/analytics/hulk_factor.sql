{{ config(unique_key='hero_id') }}

with

dim_heroes as (
    select * from {{ ref('dim_heroes') }}
),

mission_totals as (
    select
        hero_id,
        sum(energy_output_sum) as energy_output_sum,
        sum(energy_output_count) as energy_output_count
    from {{ ref('int_mission_totals') }}
    group by hero_id
),

measured_heroes as (
    select
        dim_heroes.hero_id,
        dim_heroes.hero_name,
        (
            mission_totals.energy_output_sum
            / nullif(mission_totals.energy_output_count, 0)
        )::double precision as avg_energy_output
    from dim_heroes
    left join mission_totals on dim_heroes.hero_id = mission_totals.hero_id
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
