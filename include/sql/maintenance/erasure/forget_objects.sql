-- Removes objects that are no longer in the landing zone.
delete from meta.erasure_objects
where
    erasure_objects.erasure_id = %(erasure_id)s
    and erasure_objects.landing_zone = %(landing_zone)s
    and erasure_objects.object_key = any(%(object_keys)s::text[]);
