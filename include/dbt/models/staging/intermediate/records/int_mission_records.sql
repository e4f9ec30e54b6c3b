with

missions as (
    select * from {{ ref('stg_missions') }}
),

stale_loads as (
    select * from {{ ref('int_stale_loads') }}
),

loads as (
    select * from {{ source('raw', 'loads') }}
    {% if computes_stale_rows() %}
    where load_id in (select stale_loads.load_id from stale_loads)
    {% endif %}
),

final as (
    select
        missions.*,
        loads.landing_zone,
        loads.object_key
    from loads
    inner join missions on loads.load_id = missions.load_id
    where loads.dataset = 'missions'
)

select * from final
