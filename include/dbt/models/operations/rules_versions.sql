with

loads as (
    select * from {{ source('raw', 'loads') }}
    where status = 'loaded'
),

successors as (
    select supersedes from {{ source('raw', 'loads') }}
    where supersedes is not null
),

final as (
    select
        loads.landing_zone,
        loads.dataset,
        loads.rules_version,
        count(*) as objects,
        sum(loads.rows_loaded)::bigint as rows_loaded,
        sum(loads.rows_rejected)::bigint as rows_rejected,
        min(loads.loaded_at) as first_loaded_at,
        max(loads.loaded_at) as last_loaded_at
    from loads
    left join successors on loads.load_id = successors.supersedes
    where successors.supersedes is null
    group by loads.landing_zone, loads.dataset, loads.rules_version
)

select * from final
