-- What a run leaves behind, a number a row: its name, the landing zone and the dataset that it is about, or null.
with

listings as (
    select
        listings.landing_zone,
        listings.objects_waiting,
        listings.bytes_waiting,
        listings.unrecognised,
        listings.objects_untold
    from meta.listings
    where listings.dag_run_id = %(dag_run_id)s
),

reconciliations as (
    select
        reconciliations.readings_in,
        reconciliations.readings_rejected,
        reconciliations.difference
    from meta.reconciliations
    where reconciliations.dag_run_id = %(dag_run_id)s
),

last_loads as (
    select
        loads.landing_zone,
        loads.dataset,
        max(loads.loaded_at) as loaded_at
    from raw.loads
    where loads.status = 'loaded'
    group by loads.landing_zone, loads.dataset
),

broken as (
    select count(*) as objects
    from raw.loads
    where loads.status = 'failed' and loads.resolved_at is null
),

transformed as (
    select coalesce(max(transformations.position), 0) as position
    from meta.transformations
),

-- Hours of heroes with readings that no transformation has seen yet.
stale as (
    select count(*) as hours
    from (
        select distinct
            load_hours.hero_id,
            load_hours.hour_at
        from raw.loads
        inner join raw.load_hours on loads.load_id = load_hours.load_id
        where loads.position > (select transformed.position from transformed)
    ) as hours
)

select
    'objects_waiting' as gauge,
    landing_zone,
    null as dataset,
    objects_waiting::double precision as value
from listings

union all

select
    'bytes_waiting' as gauge,
    landing_zone,
    null as dataset,
    bytes_waiting as value
from listings

union all

select
    'objects_unrecognised' as gauge,
    landing_zone,
    null as dataset,
    unrecognised as value
from listings

union all

select
    'objects_untold' as gauge,
    landing_zone,
    null as dataset,
    objects_untold as value
from listings

union all

select
    'objects_broken' as gauge,
    null as landing_zone,
    null as dataset,
    objects as value
from broken

union all

select
    'stale_hours' as gauge,
    null as landing_zone,
    null as dataset,
    hours as value
from stale

union all

select
    'readings' as gauge,
    null as landing_zone,
    null as dataset,
    readings_in as value
from reconciliations

union all

select
    'rejected_share' as gauge,
    null as landing_zone,
    null as dataset,
    readings_rejected / greatest(readings_in, 1)::double precision as value
from reconciliations

union all

select
    'readings_missing' as gauge,
    null as landing_zone,
    null as dataset,
    difference as value
from reconciliations

union all

select
    'hours_since_load' as gauge,
    landing_zone,
    dataset,
    extract(epoch from clock_timestamp() - loaded_at) / 3600 as value
from last_loads;
