-- One row per landing zone and dataset whose last load is older than its limit. A dataset without any load is not
-- stale: it has not begun.
select
    expected.landing_zone,
    expected.dataset,
    max(loads.loaded_at) as last_loaded_at,
    expected.hours
from unnest(%(landing_zones)s::text[], %(datasets)s::text[], %(limits)s::double precision[])
    as expected (landing_zone, dataset, hours)
inner join raw.loads
    on
        expected.landing_zone = loads.landing_zone
        and expected.dataset = loads.dataset
        and loads.status = 'loaded'
group by expected.landing_zone, expected.dataset, expected.hours
having max(loads.loaded_at) < now() - expected.hours * interval '1 hour'
order by expected.landing_zone, expected.dataset;
