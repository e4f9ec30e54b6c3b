-- Deletes the failure rows of object versions that have been loaded since.
delete from raw.loads
using unnest(%(object_keys)s::text[], %(etags)s::text[]) as mended (object_key, etag)
where
    loads.landing_zone = %(landing_zone)s
    and loads.object_key = mended.object_key
    and loads.etag = mended.etag
    and loads.status = 'failed';
