{{ config(
    unique_key='load_id',
    full_refresh=false,
    post_hook="{{ add_missing_keys('load_id') }}"
) }}

with

loads as (
    select * from {{ source('raw', 'loads') }}
),

current_loads as (
    select * from {{ source('raw', 'current_loads') }}
),

final as (
    select
        loads.load_id,
        loads.dataset,
        loads.object_key,
        loads.supersedes,
        current_loads.load_id is not null as is_current,
        loads.rows_in,
        loads.rows_rejected,
        loads.loaded_at
    from loads
    left join current_loads on loads.load_id = current_loads.load_id
    where loads.status = 'loaded'
)

select * from final
