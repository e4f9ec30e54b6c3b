-- The load in force that somebody named by its id, or by landing zone and key: what it has, and whether it is in force.
select
    loads.load_id,
    loads.landing_zone,
    loads.dataset,
    loads.object_key,
    loads.etag,
    loads.size_bytes,
    loads.landed_at::text as landed_at,
    loads.rows_loaded,
    loads.rows_rejected,
    loads.rules_version,
    loads.status,
    (
        select successors.load_id from raw.loads as successors
        where successors.supersedes = loads.load_id
    ) as successor
from raw.loads
where
    loads.load_id = %(load_id)s
    or (
        %(load_id)s is null
        and loads.landing_zone = %(landing_zone)s
        and loads.object_key = %(object_key)s
        and loads.status <> 'failed'
    )
order by loads.load_id desc
limit 1;
