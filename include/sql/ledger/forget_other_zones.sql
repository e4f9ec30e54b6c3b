-- Removes what was told of landing zones that are not configured any more.
delete from meta.told_objects
where not told_objects.landing_zone = any(%(landing_zones)s::text[]);
