-- One row per landing zone and dataset of which this run rejected a larger share of the ingested rows than the limit,
-- with the object that has the most rejected rows. Those of heroes who were forgotten are rejected by intent.
with new_loads as (
    select
        loads.landing_zone,
        loads.dataset,
        loads.object_key,
        loads.rows_in,
        loads.rows_rejected
        - coalesce(
            (
                select sum(rejections.rows) from raw.rejections
                where rejections.load_id = loads.load_id and rejections.reason = 'erased_hero'
            ),
            0
        ) as rows_rejected
    from raw.loads
    where loads.status = 'loaded' and loads.dag_run_id = %(dag_run_id)s
)

select
    loads.landing_zone,
    loads.dataset,
    sum(loads.rows_in)::bigint as rows_in,
    sum(loads.rows_rejected)::bigint as rows_rejected,
    expected.share,
    (array_agg(loads.object_key order by loads.rows_rejected desc, loads.object_key asc))[1] as worst_object
from unnest(%(landing_zones)s::text[], %(datasets)s::text[], %(limits)s::double precision[])
    as expected (landing_zone, dataset, share)
inner join new_loads as loads on expected.landing_zone = loads.landing_zone and expected.dataset = loads.dataset
group by loads.landing_zone, loads.dataset, expected.share
having sum(loads.rows_rejected) > sum(loads.rows_in) * expected.share
order by loads.landing_zone, loads.dataset;
