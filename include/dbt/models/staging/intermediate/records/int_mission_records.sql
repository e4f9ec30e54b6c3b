with

stale_loads as (
    select * from {{ ref('int_stale_loads') }}
),

loads as (
    {% if computes_stale_rows() %}
    {{ stale_rows(
        source('raw', 'loads'), 'stale_loads', 'known.load_id = stale.load_id'
    ) }}
    {% else %}
    select * from {{ source('raw', 'loads') }}
    {% endif %}
),

missions as (
    {% if computes_stale_rows() %}
    {{ stale_rows(
        ref('stg_missions'), 'stale_loads', 'known.load_id = stale.load_id'
    ) }}
    {% else %}
    select * from {{ ref('stg_missions') }}
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
