set local role cerebro_transformer;

create or replace view operations.latency as
with

arrivals as (
    select
        loads.landing_zone,
        date_trunc('day', loads.landed_at, 'UTC') as day_at,
        extract(epoch from loads.loaded_at - loads.landed_at) as seconds_to_raw,
        extract(epoch from answers.finished_at - loads.landed_at) as seconds_to_answer
    from raw.loads
    -- A load that replaces one of the same version is no arrival.
    left join raw.loads as replaced on loads.supersedes = replaced.load_id and loads.etag = replaced.etag
    -- The first transformation that had the load.
    left join lateral (
        select transformations.finished_at
        from meta.transformations
        where transformations.finished_at >= loads.loaded_at and transformations.position >= loads.position
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
        percentile_cont(0.5) within group (order by seconds_to_raw) as to_raw_p50,
        percentile_cont(0.95) within group (order by seconds_to_raw) as to_raw_p95,
        percentile_cont(0.5) within group (order by seconds_to_answer) as to_answer_p50,
        percentile_cont(0.95) within group (order by seconds_to_answer) as to_answer_p95
    from arrivals
    group by landing_zone, day_at
),

untold_by_day as (
    select
        landing_zone,
        date_trunc('day', listed_at, 'UTC') as day_at,
        sum(objects_untold) as objects
    from meta.listings
    where objects_untold > 0 and listed_at >= now() - interval '30 days'
    group by landing_zone, day_at
)

select
    coalesce(arrivals_by_day.landing_zone, untold_by_day.landing_zone) as landing_zone,
    (coalesce(arrivals_by_day.day_at, untold_by_day.day_at) at time zone 'UTC')::date as arrived_on,
    coalesce(arrivals_by_day.objects, 0) as objects,
    coalesce(arrivals_by_day.objects_waiting, 0) as objects_waiting,
    arrivals_by_day.to_raw_p50,
    arrivals_by_day.to_raw_p95,
    arrivals_by_day.to_answer_p50,
    arrivals_by_day.to_answer_p95,
    coalesce(untold_by_day.objects, 0)::bigint as objects_untold
from arrivals_by_day
full join untold_by_day
    on arrivals_by_day.landing_zone = untold_by_day.landing_zone and arrivals_by_day.day_at = untold_by_day.day_at;

comment on view operations.latency is
    'One row per landing zone and day (UTC) of the last 30 days on which objects arrived: how long they took from '
    'their arrival in the store to raw, and to the answer, that is, until the first transformation with them was '
    'green. Arrival is the store''s own time of the object.';
comment on column operations.latency.landing_zone is 'The name of the landing zone.';
comment on column operations.latency.arrived_on is 'The day of the arrival, in UTC.';
comment on column operations.latency.objects is 'The number of objects that arrived and are loaded.';
comment on column operations.latency.objects_waiting is 'The number of them that no green transformation has had yet.';
comment on column operations.latency.to_raw_p50 is
    'Seconds from arrival to raw, half of the objects took at most so long.';
comment on column operations.latency.to_raw_p95 is
    'Seconds from arrival to raw, 95 % of the objects took at most so long.';
comment on column operations.latency.to_answer_p50 is
    'Seconds from arrival to the answer, half of the objects took at most so long.';
comment on column operations.latency.to_answer_p95 is
    'Seconds from arrival to the answer, 95 % of the objects took at most so long.';
comment on column operations.latency.objects_untold is
    'The number of objects that a scheduled run found on this day by listing the landing zone, and that no watcher '
    'had told of within a minute of their arrival.';

reset role;
