-- The objects that loads are of.
select
    loads.load_id,
    loads.landing_zone,
    loads.object_key,
    loads.etag
from raw.loads
where loads.load_id = any(%(load_ids)s::bigint[]);
