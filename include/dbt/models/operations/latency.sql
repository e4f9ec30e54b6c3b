with

loads as (
    select * from {{ source('raw', 'loads') }}
),

transformations as (
    select * from {{ source('meta', 'transformations') }}
),

arrivals as (
    select
        loads.landing_zone,
        coalesce(loads.dag_run_id like 'scheduled%', false) as is_untold,
        date_trunc('day', loads.landed_at, 'UTC') as day_at,
        extract(epoch from loads.loaded_at - loads.landed_at)
            as seconds_to_raw,
        extract(epoch from answers.finished_at - loads.landed_at)
            as seconds_to_answer
    from loads
    -- A load that replaces one of the same version is no arrival.
    left join {{ source('raw', 'loads') }} as replaced
        on
            loads.supersedes = replaced.load_id
            and loads.etag = replaced.etag
    -- The first transformation that had the load.
    left join lateral (
        select transformations.finished_at
        from transformations
        where
            transformations.finished_at >= loads.loaded_at
            and transformations.position >= loads.position
        order by transformations.finished_at
        limit 1
    ) as answers on true
    where
        loads.status = 'loaded'
        and replaced.load_id is null
        and loads.landed_at >= now() - interval '30 days'
),

final as (
    select
        landing_zone,
        (day_at at time zone 'UTC')::date as arrived_on,
        count(*) as objects,
        count(*) filter (where seconds_to_answer is null) as objects_waiting,
        percentile_cont(0.5) within group (order by seconds_to_raw)
            as to_raw_p50,
        percentile_cont(0.95) within group (order by seconds_to_raw)
            as to_raw_p95,
        percentile_cont(0.5) within group (order by seconds_to_answer)
            as to_answer_p50,
        percentile_cont(0.95) within group (order by seconds_to_answer)
            as to_answer_p95,
        count(*) filter (where is_untold) as objects_untold
    from arrivals
    group by landing_zone, day_at
)

select * from final
