-- The objects of a landing zone whose rejected readings may be in force nowhere any more, each with the load that it
-- replaces. Loading an object again would reject the rows once more that a person has released.
with asked as (
    select
        %(landing_zone)s::text as landing_zone,
        %(without)s::bigint[] as without_loads
)

select
    loads.object_key,
    loads.etag,
    loads.size_bytes,
    loads.landed_at::text as landed_at,
    loads.load_id
from raw.unfounded_rejections as unfounded
inner join raw.loads on unfounded.load_id = loads.load_id
inner join asked on loads.landing_zone = asked.landing_zone
where
    not loads.load_id = any(asked.without_loads)
    and not exists (
        select from raw.loads as successors
        where successors.supersedes = loads.load_id
    )
    and not exists (
        select from raw.quarantine_decisions as decisions
        where decisions.load_id = loads.load_id and decisions.action = 'release'
    )
order by loads.load_id
limit %(most)s;
