-- One row per listed object whose ETag differs from that of the last load, or duplicate, of its key in its landing
-- zone. There is no watermark: late-arriving objects are new, independent of any date.
select listed.object_key
from unnest(%(object_keys)s::text[], %(etags)s::text[]) as listed (object_key, etag)
left join lateral (
    select loads.etag
    from raw.loads
    where
        loads.landing_zone = %(landing_zone)s
        and loads.object_key = listed.object_key
        and loads.status <> 'failed'
    order by loads.load_id desc
    limit 1
) as last_row on true
where last_row.etag is distinct from listed.etag
order by listed.object_key collate "C";
