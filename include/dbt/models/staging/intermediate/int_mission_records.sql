{{ config(
    incremental_strategy='replace_stale',
    meta={
        'stale': {
            'by': 'int_stale_loads',
            'match': 'target.load_id = stale.load_id and stale.is_current'
        }
    }
) }}

with

missions as (
    select * from {{ ref('stg_missions') }}
),

stale_loads as (
    select * from {{ ref('int_stale_loads') }}
),

loads as (
    {% if computes_stale_rows() %}
    select * from stale_loads
    {% else %}
    select * from {{ source('raw', 'loads') }}
    {% endif %}
),

final as (
    select
        missions.*,
        loads.object_key
    from loads
    inner join missions on loads.load_id = missions.load_id
    where loads.dataset = 'missions'
)

select * from final
