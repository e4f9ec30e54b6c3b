-- Tells later runs of the objects that this run gave to load tasks which did not get through with them.
insert into meta.told_objects (landing_zone, object_key, due_at)
select distinct
    manifests.landing_zone,
    listed.object ->> 0 as object_key,
    clock_timestamp() + %(wait)s as due_at
from meta.manifests
cross join lateral json_array_elements(manifests.objects) as listed (object)
where manifests.dag_run_id = %(dag_run_id)s and manifests.finished_at is null
-- What has arrived since does not wait.
on conflict (landing_zone, object_key) do nothing;
