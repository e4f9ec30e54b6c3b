-- What the last run found in each landing zone.
select
    landing_zones.landing_zone,
    landing_zones.listed_at,
    landing_zones.objects,
    landing_zones.new_objects,
    landing_zones.unrecognised,
    landing_zones.examples,
    landing_zones.notes,
    landing_zones.error,
    landing_zones.objects_waiting,
    landing_zones.bytes_waiting
from operations.landing_zones
order by landing_zones.landing_zone;
