with

loads as (
    select * from {{ source('raw', 'loads') }}
),

successors as (
    select supersedes from {{ source('raw', 'loads') }}
    where supersedes is not null
),

listings as (
    select * from {{ source('meta', 'listings') }}
),

-- A landing zone that was removed from the configuration has no broken objects
-- any more: nobody looks for them.
last_zones as (
    select listings.landing_zone
    from listings
    where
        listings.dag_run_id = (
            select last_listings.dag_run_id
            from listings as last_listings
            order by last_listings.listed_at desc
            limit 1
        )
),

final as (
    select
        loads.load_id,
        loads.loaded_at,
        loads.landing_zone,
        loads.dataset,
        loads.object_key,
        loads.etag,
        loads.size_bytes,
        loads.landed_at,
        loads.status,
        loads.error,
        -- The same rule as in raw.current_loads, whose join takes four times as
        -- long.
        case loads.status
            when 'failed' then loads.resolved_at is null and (
                loads.landing_zone in (
                    select last_zones.landing_zone from last_zones
                )
                or not exists (select from last_zones)
            )
            else successors.supersedes is null
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
        loads.duplicate_of,
        loads.dag_run_id
    from loads
    -- At most one successor: the loads of an object form a chain.
    left join successors on loads.load_id = successors.supersedes
)

select * from final
