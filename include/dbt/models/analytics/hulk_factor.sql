{{ config(unique_key='hero_id') }}

with

dim_heroes as (
    select * from {{ ref('dim_heroes') }}
),

mission_totals as (
    select * from {{ ref('int_mission_totals') }}
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
