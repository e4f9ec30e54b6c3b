-- One row per listed object whose ETag differs from that of the last load of its key. There is no watermark:
-- late-arriving objects are new, independent of any date. Objects that failed before are retried.
select
    listed.object_key,
    listed.etag,
    listed.size_bytes
from unnest(%(object_keys)s::text[], %(etags)s::text[], %(sizes)s::bigint[])
    as listed (object_key, etag, size_bytes)
left join lateral (
    select loads.etag
    from raw.loads
    where loads.object_key = listed.object_key and loads.status = 'loaded'
    order by loads.load_id desc
    limit 1
) as last_load on true
where last_load.etag is distinct from listed.etag
order by listed.object_key collate "C";
