-- The objects whose bytes are in force already under another key of the landing zone, each with the load that holds
-- them. Equal bytes are of equal size and ETag.
select
    taken.object_key,
    holders.load_id,
    holders.object_key as holder_key
from unnest(%(object_keys)s::text[], %(etags)s::text[], %(sizes)s::bigint[]) as taken (object_key, etag, size_bytes)
inner join raw.loads as holders
    on
        taken.etag = holders.etag
        and taken.size_bytes = holders.size_bytes
        and taken.object_key <> holders.object_key
where
    holders.status = 'loaded'
    and holders.landing_zone = %(landing_zone)s
    and holders.dataset = %(dataset)s
    and not exists (
        select from raw.loads as successors
        where successors.supersedes = holders.load_id
    );
