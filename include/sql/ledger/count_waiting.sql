-- What waits in each landing zone: objects and bytes.
select
    waiting.landing_zone,
    sum(waiting.object_count)::bigint as objects_waiting,
    sum(waiting.size_bytes)::bigint as bytes_waiting
from meta.waiting
group by waiting.landing_zone;
