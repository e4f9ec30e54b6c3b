{{ config(materialized='view') }}

with

-- A CTE that is read twice would be materialized: all loads of history.
loads as not materialized (
    select * from {{ source('raw', 'loads') }}
),

positions as (
    select * from {{ ref('int_positions') }}
),

superseded as (
    select supersedes as load_id
    from loads
    where
        supersedes is not null
        and position <= (select positions.until_position from positions)
),

later as (
    select load_id
    from loads
    where position > (select positions.until_position from positions)
),

final as (
    select load_id from superseded
    union all
    select load_id from later
)

select * from final
