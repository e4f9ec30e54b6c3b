-- One row: of the objects that a run has loaded, and those that still have no answer, how many took longer than they
-- should from their arrival in the store to the answer; and the slowest of them. What was there before the warehouse
-- first had an answer, and what was loaded once more, is left out.
with

loads_of_run as (
    select loads.load_id
    from raw.loads
    where loads.dag_run_id = %(dag_run_id)s
),

since as (
    select
        min(transformations.finished_at) as first_at,
        max(transformations.position) as position
    from meta.transformations
),

arrivals as (
    select
        loads.landing_zone,
        loads.object_key,
        extract(epoch from coalesce(answers.finished_at, now()) - loads.landed_at) as seconds
    from raw.loads
    inner join since on loads.landed_at > since.first_at
    left join raw.loads as earlier on loads.supersedes = earlier.load_id
    -- The first transformation that had the load.
    left join lateral (
        select min(transformations.finished_at) as finished_at
        from meta.transformations
        where transformations.position >= loads.position
    ) as answers on true
    where
        loads.status = 'loaded'
        and (loads.position > since.position or loads.load_id in (select loads_of_run.load_id from loads_of_run))
        and loads.etag is distinct from earlier.etag
)

select
    count(*) as objects,
    count(*) filter (where arrivals.seconds > %(seconds)s) as slow,
    max(arrivals.seconds) as most_seconds,
    (array_agg(arrivals.landing_zone || ': ' || arrivals.object_key order by arrivals.seconds desc))[1] as slowest
from arrivals;
