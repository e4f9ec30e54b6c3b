-- One row per listed object whose ETag differs from that of the last load, or duplicate, of its key in its landing
-- zone, or whose last load is the one that it replaces. There is no watermark: late-arriving objects are new,
-- independent of any date.
select listed.object_key
from unnest(%(object_keys)s::text[], %(etags)s::text[], %(replaces)s::bigint[]) as listed (object_key, etag, replaces)
left join lateral raw.last_row(%(landing_zone)s, listed.object_key) as last_row on true
where last_row.etag is distinct from listed.etag or last_row.load_id = listed.replaces
order by listed.object_key collate "C";
