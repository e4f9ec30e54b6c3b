-- One row per landing zone and dataset of which this run rejected a larger share of the ingested rows than the limit,
-- with the object that has the most rejected rows.
select
    loads.landing_zone,
    loads.dataset,
    sum(loads.rows_in)::bigint as rows_in,
    sum(loads.rows_rejected)::bigint as rows_rejected,
    expected.share,
    (array_agg(loads.object_key order by loads.rows_rejected desc, loads.object_key asc))[1] as worst_object
from unnest(%(landing_zones)s::text[], %(datasets)s::text[], %(limits)s::double precision[])
    as expected (landing_zone, dataset, share)
inner join raw.loads on expected.landing_zone = loads.landing_zone and expected.dataset = loads.dataset
where loads.status = 'loaded' and loads.dag_run_id = %(dag_run_id)s
group by loads.landing_zone, loads.dataset, expected.share
having sum(loads.rows_rejected) > sum(loads.rows_in) * expected.share
order by loads.landing_zone, loads.dataset;
