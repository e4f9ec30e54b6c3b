-- Removes what a run has looked at, unless it was told of once more meanwhile: these keys, or all of a landing zone.
delete from meta.told_objects
where
    told_objects.landing_zone = %(landing_zone)s
    and told_objects.told_at <= %(until)s
    and (%(object_keys)s::text[] is null or told_objects.object_key = any(%(object_keys)s::text[]));
