{{ config(materialized='view') }}

with

loads as (
    select * from {{ source('raw', 'loads') }}
),

current_loads as (
    select * from {{ source('raw', 'current_loads') }}
),

rejections as (
    select * from {{ source('raw', 'rejections') }}
),

reconciliations as (
    select * from {{ source('meta', 'reconciliations') }}
),

-- Every run tries again what has failed: what the last one did not meet any
-- more is gone from the landing zone.
last_but_one_run as (
    select checked_at
    from reconciliations
    order by checked_at desc
    limit 1 offset 1
),

final as (
    select
        loads.load_id,
        loads.loaded_at,
        loads.dataset,
        loads.object_key,
        loads.etag,
        loads.size_bytes,
        loads.status,
        loads.error,
        case loads.status
            when 'loaded' then current_loads.load_id is not null
            else not exists (
                select from {{ source('raw', 'loads') }} as later
                where
                    later.object_key = loads.object_key
                    and later.status = 'loaded'
                    and later.loaded_at > loads.loaded_at
            )
            and loads.loaded_at > coalesce(
                (select last_but_one_run.checked_at from last_but_one_run),
                '-infinity'
            )
        end as is_current,
        loads.rows_in,
        loads.rows_loaded,
        loads.rows_rejected,
        -- subqueries: they cost nothing where nobody asks for their columns
        (
            select jsonb_object_agg(rejections.reason, rejections.rows)
            from rejections
            where rejections.load_id = loads.load_id
        ) as rejection_reasons,
        (
            select max(rejections.quarantine_key)
            from rejections
            where rejections.load_id = loads.load_id
        ) as quarantine_key,
        loads.dag_run_id
    from loads
    left join current_loads on loads.load_id = current_loads.load_id
)

select * from final
