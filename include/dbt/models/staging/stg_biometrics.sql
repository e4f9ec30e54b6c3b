with

hidden_loads as (
    select * from {{ ref('int_hidden_loads') }}
),

positions as (
    select * from {{ ref('int_positions') }}
),

biometrics as (
    select * from {{ source('raw', 'biometrics') }}
),

final as (
    select
        -- ids
        biometrics.load_id,
        biometrics.hero_id,

        -- numerics
        biometrics.reading_count,
        biometrics.heart_rate_count,
        biometrics.heart_rate_sum,
        biometrics.heart_rate_min,
        biometrics.heart_rate_max,
        biometrics.stress_level_count,
        biometrics.stress_level_sum,
        biometrics.stress_level_min,
        biometrics.stress_level_max,
        biometrics.energy_output_count,
        biometrics.energy_output_sum,
        biometrics.energy_output_min,
        biometrics.energy_output_max,

        -- timestamps
        biometrics.minute_at
    from biometrics
    where
        biometrics.minute_at >= (select positions.horizon from positions)
        and not exists (
            select from hidden_loads
            where hidden_loads.load_id = biometrics.load_id
        )
)

select * from final
