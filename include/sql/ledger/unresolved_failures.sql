-- One row per object that is broken now: the version that the store lists could not be loaded. Whatever run tried it.
select
    loads.landing_zone,
    loads.object_key,
    loads.error
from raw.loads
where loads.status = 'failed' and loads.resolved_at is null and loads.landing_zone = any(%(landing_zones)s::text[])
order by loads.landing_zone, loads.object_key collate "C";
