{{ config(materialized='view') }}

with

hidden_loads as (
    select * from {{ ref('int_hidden_loads') }}
),

mission_records as (
    select * from {{ ref('int_mission_records') }}
),

final as (
    select mission_records.*
    from mission_records
    where
        not exists (
            select from hidden_loads
            where hidden_loads.load_id = mission_records.load_id
        )
)

select * from final
