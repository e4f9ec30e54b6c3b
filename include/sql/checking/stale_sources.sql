-- Datasets whose last new object is too long ago. One of which nothing ever came is not stale, but not there yet.
select
    expected.dataset,
    max(loads.loaded_at) as last_loaded_at,
    expected.hours
from unnest(%(datasets)s::text[], %(hours)s::double precision[]) as expected (dataset, hours)
inner join raw.loads on expected.dataset = loads.dataset and loads.status = 'loaded'
group by expected.dataset, expected.hours
having max(loads.loaded_at) < now() - expected.hours * interval '1 hour'
order by expected.dataset;
