-- Sorts what was added of a landing zone into chunks, the oldest objects first. PostgreSQL sorts on disk what is more
-- than its memory.
with added as (
    delete from meta.waiting
    where waiting.landing_zone = %(landing_zone)s and waiting.oldest is null
    returning waiting.landing_zone, waiting.dataset, waiting.is_last, waiting.objects
),

objects as (
    select
        added.landing_zone,
        added.dataset,
        added.is_last,
        listed.object,
        -- The store's instants sort as text.
        coalesce(listed.object ->> 3, '') as landed_at,
        listed.object ->> 0 as object_key
    from added
    cross join lateral json_array_elements(added.objects) as listed (object)
),

placed as (
    select
        objects.landing_zone,
        objects.dataset,
        objects.is_last,
        objects.object,
        objects.landed_at,
        row_number() over (
            partition by objects.dataset, objects.is_last
            order by objects.landed_at collate "C", objects.object_key collate "C"
        ) - 1 as place
    from objects
)

insert into meta.waiting (landing_zone, dataset, is_last, oldest, object_count, size_bytes, objects)
select
    placed.landing_zone,
    placed.dataset,
    placed.is_last,
    min(placed.landed_at collate "C") as oldest,
    count(*) as object_count,
    sum((placed.object ->> 2)::bigint) as size_bytes,
    json_agg(placed.object order by placed.place) as objects
from placed
group by placed.landing_zone, placed.dataset, placed.is_last, placed.place / %(chunk_objects)s;
