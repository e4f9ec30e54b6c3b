-- Versions of objects of a landing zone whose loads lost rows of the hero, and their duplicates.
select distinct
    loads.dataset,
    loads.object_key,
    loads.etag
from (
    select erased_rows.load_id from raw.erased_rows
    where erased_rows.erasure_id = %(erasure_id)s
) as erased
inner join (
    select loads.* from raw.loads
    where loads.landing_zone = %(landing_zone)s
) as loads on erased.load_id = coalesce(loads.duplicate_of, loads.load_id);
