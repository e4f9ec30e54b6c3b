-- One row per dataset whose last load is older than its limit. A dataset without any load is not stale: it has not
-- begun.
select
    expected.dataset,
    max(loads.loaded_at) as last_loaded_at,
    expected.hours
from unnest(%(datasets)s::text[], %(hours)s::double precision[]) as expected (dataset, hours)
inner join raw.loads on expected.dataset = loads.dataset and loads.status = 'loaded'
group by expected.dataset, expected.hours
having max(loads.loaded_at) < now() - expected.hours * interval '1 hour'
order by expected.dataset;
