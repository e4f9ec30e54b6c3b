with

loads as (
    select * from {{ source('raw', 'loads') }}
),

successors as (
    select supersedes from {{ source('raw', 'loads') }}
    where supersedes is not null
),

reconciliations as (
    select * from {{ source('meta', 'reconciliations') }}
),

-- Every run retries failed objects. A failure that the last run did not record
-- again belongs to an object that has left the landing zone.
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
        -- The same rule as in raw.current_loads, whose join takes four times as
        -- long.
        case loads.status
            when 'loaded' then successors.supersedes is null
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
        -- Subqueries cost nothing where a query does not select their columns.
        -- They read the table directly: a CTE that is read twice is
        -- materialized.
        (
            select jsonb_object_agg(rejections.reason, rejections.rows)
            from {{ source('raw', 'rejections') }} as rejections
            where rejections.load_id = loads.load_id
        ) as rejection_reasons,
        (
            select max(rejections.quarantine_key)
            from {{ source('raw', 'rejections') }} as rejections
            where rejections.load_id = loads.load_id
        ) as quarantine_key,
        loads.dag_run_id
    from loads
    -- At most one successor: the loads of a key form a chain.
    left join successors on loads.load_id = successors.supersedes
)

select * from final
