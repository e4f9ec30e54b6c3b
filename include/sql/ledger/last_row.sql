-- The last row of an object, loaded or duplicate; null if there is none.
select max(loads.load_id) as load_id
from raw.loads
where loads.landing_zone = %(landing_zone)s and loads.object_key = %(object_key)s and loads.status <> 'failed';
