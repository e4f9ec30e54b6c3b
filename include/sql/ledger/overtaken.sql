-- The keys of objects that were overwritten since they were listed: the ledger holds what the store took later.
select listed.object_key
from unnest(%(object_keys)s::text[], %(landed_at)s::timestamptz[]) as listed (object_key, landed_at)
cross join lateral (
    select loads.landed_at
    from raw.loads
    where
        loads.landing_zone = %(landing_zone)s
        and loads.object_key = listed.object_key
        and loads.status <> 'failed'
    order by loads.load_id desc
    limit 1
) as last_row
where last_row.landed_at > listed.landed_at;
