-- A load of the archive that the ledger does not have, or has of another object.
select
    given.load_id,
    given.object_key
from unnest(
    %(load_ids)s::bigint[], %(landing_zones)s::text[], %(object_keys)s::text[], %(etags)s::text[]
) as given (load_id, landing_zone, object_key, etag)
left join raw.loads
    on
        given.load_id = loads.load_id
        and given.landing_zone = loads.landing_zone
        and given.object_key = loads.object_key
        and given.etag = loads.etag
where loads.load_id is null
order by given.load_id
limit 1;
