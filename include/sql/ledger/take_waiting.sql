-- Takes the first chunks of a dataset of a landing zone, as many as have these objects or bytes: removes and returns
-- them.
with ordered as (
    select
        waiting.chunk,
        sum(waiting.object_count) over front - waiting.object_count as objects_before,
        sum(waiting.size_bytes) over front - waiting.size_bytes as bytes_before
    from meta.waiting
    where waiting.landing_zone = %(landing_zone)s and waiting.dataset = %(dataset)s
    window front as (order by waiting.is_last, waiting.oldest, waiting.chunk)
)

delete from meta.waiting
using ordered
where
    waiting.chunk = ordered.chunk
    and ordered.objects_before < %(most_objects)s
    and ordered.bytes_before < %(most_bytes)s
returning waiting.objects;
