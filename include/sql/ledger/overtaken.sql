-- The keys of objects that were overwritten since they were listed: the ledger holds what the store took later.
select listed.object_key
from unnest(%(object_keys)s::text[], %(landed_at)s::timestamptz[]) as listed (object_key, landed_at)
cross join lateral raw.last_row(%(landing_zone)s, listed.object_key) as last_row
where last_row.landed_at > listed.landed_at;
