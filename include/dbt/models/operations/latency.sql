with

loads as (
    select * from {{ source('raw', 'loads') }}
),

transformations as (
    select * from {{ source('meta', 'transformations') }}
),

listings as (
    select * from {{ source('meta', 'listings') }}
),

arrivals as (
    select
        loads.landing_zone,
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

arrivals_by_day as (
    select
        landing_zone,
        day_at,
        count(*) as objects,
        count(*) filter (where seconds_to_answer is null) as objects_waiting,
        percentile_cont(0.5) within group (order by seconds_to_raw)
            as to_raw_p50,
        percentile_cont(0.95) within group (order by seconds_to_raw)
            as to_raw_p95,
        percentile_cont(0.5) within group (order by seconds_to_answer)
            as to_answer_p50,
        percentile_cont(0.95) within group (order by seconds_to_answer)
            as to_answer_p95
    from arrivals
    group by landing_zone, day_at
),

untold_by_day as (
    select
        landing_zone,
        date_trunc('day', listed_at, 'UTC') as day_at,
        sum(objects_untold) as objects
    from listings
    where
        objects_untold > 0
        and listed_at >= now() - interval '30 days'
    group by landing_zone, day_at
),

final as (
    select
        coalesce(arrivals_by_day.landing_zone, untold_by_day.landing_zone)
            as landing_zone,
        (
            coalesce(arrivals_by_day.day_at, untold_by_day.day_at)
            at time zone 'UTC'
        )::date as arrived_on,
        coalesce(arrivals_by_day.objects, 0) as objects,
        coalesce(arrivals_by_day.objects_waiting, 0) as objects_waiting,
        arrivals_by_day.to_raw_p50,
        arrivals_by_day.to_raw_p95,
        arrivals_by_day.to_answer_p50,
        arrivals_by_day.to_answer_p95,
        coalesce(untold_by_day.objects, 0)::bigint as objects_untold
    from arrivals_by_day
    full join untold_by_day
        on
            arrivals_by_day.landing_zone = untold_by_day.landing_zone
            and arrivals_by_day.day_at = untold_by_day.day_at
)

select * from final
