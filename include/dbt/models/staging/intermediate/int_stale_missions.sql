{{ config(unique_key='mission_id') }}

with

loads as (
    select * from {{ ref('int_stale_loads') }}
),

records as (
    select * from {{ ref('int_mission_records') }}
),

final as (
    select distinct records.mission_id
    from loads
    inner join records on loads.load_id = records.load_id
    where loads.dataset = 'missions'
)

select * from final
