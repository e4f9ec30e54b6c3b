-- What a run found by listing a landing zone, taken or left to later runs, that watchers have not told of: the number
-- of objects and some of their keys. What was read before, and is tried again, was told of then.
with

found as (
    select
        manifests.landing_zone,
        manifests.objects
    from meta.manifests
    where manifests.landing_zone = %(landing_zone)s and manifests.dag_run_id = %(dag_run_id)s

    union all

    select
        waiting.landing_zone,
        waiting.objects
    from meta.waiting
    where waiting.landing_zone = %(landing_zone)s
),

delivered as (
    select
        found.landing_zone,
        listed.object ->> 0 as object_key,
        listed.object ->> 1 as etag,
        (listed.object ->> 3)::timestamptz as landed_at
    from found
    cross join lateral json_array_elements(found.objects) as listed (object)
    where listed.object ->> 4 is null
),

untold as (
    select delivered.object_key
    from delivered
    where
        delivered.landed_at < clock_timestamp() - %(told_after)s
        and not exists (
            select from meta.told_objects
            where
                told_objects.landing_zone = delivered.landing_zone
                and told_objects.object_key in (delivered.object_key, '')
        )
        and not exists (
            select from raw.loads
            where
                loads.landing_zone = delivered.landing_zone
                and loads.object_key = delivered.object_key
                and loads.etag = delivered.etag
        )
)

select
    count(*) as objects,
    coalesce((array_agg(untold.object_key order by untold.object_key collate "C"))[:3], '{}') as examples
from untold;
