-- The pairs of objects that overlap most.
select
    overlapping_objects.landing_zone,
    overlapping_objects.object_key,
    overlapping_objects.earlier_landing_zone,
    overlapping_objects.earlier_object_key,
    overlapping_objects.seconds,
    overlapping_objects.readings_rejected,
    overlapping_objects.first_minute,
    overlapping_objects.last_minute,
    overlapping_objects.is_unfounded,
    count(*) over () as in_all
from operations.overlapping_objects
order by
    overlapping_objects.is_unfounded desc,
    coalesce(overlapping_objects.seconds, overlapping_objects.readings_rejected) desc,
    overlapping_objects.object_key collate "C" asc,
    overlapping_objects.earlier_object_key collate "C" asc
limit %(limit)s;
