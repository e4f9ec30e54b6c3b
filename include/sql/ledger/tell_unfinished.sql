-- Tells later runs of the objects that load tasks of this run did not get through with, and of those that the store
-- refused.
with unfinished as (
    select
        manifests.landing_zone,
        manifests.objects,
        %(tried_after)s as wait
    from meta.manifests
    where manifests.dag_run_id = %(dag_run_id)s and manifests.finished_at is null
),

refused as (
    select
        loads.landing_zone,
        loads.object_key,
        %(refused_after)s as wait
    from raw.loads
    where
        loads.dag_run_id = %(dag_run_id)s
        and loads.status = 'failed'
        and loads.rules_version is null
        and loads.resolved_at is null
),

told as (
    select
        unfinished.landing_zone,
        listed.object ->> 0 as object_key,
        unfinished.wait
    from unfinished
    cross join lateral json_array_elements(unfinished.objects) as listed (object)
    union all
    select
        refused.landing_zone,
        refused.object_key,
        refused.wait
    from refused
)

insert into meta.told_objects (landing_zone, object_key, due_at)
select
    told.landing_zone,
    told.object_key,
    clock_timestamp() + min(told.wait) as due_at
from told
group by told.landing_zone, told.object_key
-- What has arrived since does not wait.
on conflict (landing_zone, object_key) do nothing;
