-- Tells later runs of the objects that load tasks of this run did not get through with, and of those that the store
-- refused.
insert into meta.told_objects (landing_zone, object_key, due_at)
select
    unfinished.landing_zone,
    unfinished.object_key,
    clock_timestamp() + min(unfinished.wait) as due_at
from (
    select
        manifests.landing_zone,
        listed.object ->> 0 as object_key,
        %(wait)s as wait
    from meta.manifests
    cross join lateral json_array_elements(manifests.objects) as listed (object)
    where manifests.dag_run_id = %(dag_run_id)s and manifests.finished_at is null
    union all
    select
        loads.landing_zone,
        loads.object_key,
        %(wait_for_store)s as wait
    from raw.loads
    where
        loads.dag_run_id = %(dag_run_id)s
        and loads.status = 'failed'
        and loads.rules_version is null
        and loads.resolved_at is null
) as unfinished
group by unfinished.landing_zone, unfinished.object_key
-- What has arrived since does not wait.
on conflict (landing_zone, object_key) do nothing;
