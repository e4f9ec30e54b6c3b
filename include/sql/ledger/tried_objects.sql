-- The objects of a landing zone in batches of other runs whose load tasks did not get through with them.
with unfinished as (
    select manifests.objects
    from meta.manifests
    where
        manifests.landing_zone = %(landing_zone)s
        and manifests.dag_run_id <> %(dag_run_id)s
        and manifests.finished_at is null
)

select distinct
    listed.object ->> 0 as object_key,
    listed.object ->> 1 as etag
from unfinished
cross join lateral json_array_elements(unfinished.objects) as listed (object);
