-- How many objects of landing zones should have been looked at this long ago.
select count(*) as overdue
from meta.told_objects
where
    told_objects.landing_zone = any(%(landing_zones)s::text[])
    and told_objects.due_at <= clock_timestamp() - %(since)s;
