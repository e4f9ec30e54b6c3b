-- Notes that object versions are not broken any more: the store does not list them any more.
update raw.loads
set resolved_at = clock_timestamp()
from unnest(%(object_keys)s::text[], %(etags)s::text[]) as gone (object_key, etag)
where
    loads.landing_zone = %(landing_zone)s
    and loads.object_key = gone.object_key
    and loads.etag = gone.etag
    and loads.status = 'failed';
