{{ config(materialized='view') }}

with

loads as (
    select * from {{ source('raw', 'loads') }}
),

positions as (
    select * from {{ ref('int_positions') }}
),

superseded as (
    select loads.supersedes as load_id
    from loads
    where
        loads.supersedes is not null
        and loads.position
        <= (select positions.until_position from positions)
),

later as (
    select loads.load_id
    from loads
    where
        loads.position > (select positions.until_position from positions)
),

final as (
    select load_id from superseded
    union all
    select load_id from later
)

select * from final
