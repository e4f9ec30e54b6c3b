-- What the listing has and the ledger has not: objects whose ETag is not that of the last load of their key.
-- Never a date or a watermark; what failed before is tried again.
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
