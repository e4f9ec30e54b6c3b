-- The objects of a landing zone that were written again without the hero, with the version that was written.
select
    erasure_rewrites.object_key,
    erasure_rewrites.new_etag
from meta.erasure_rewrites
where
    erasure_rewrites.erasure_id = %(erasure_id)s
    and erasure_rewrites.landing_zone = %(landing_zone)s
    and erasure_rewrites.new_etag is not null;
