-- The ledger in a nutshell: loads are only ever added, so their number says which are there.
select
    count(*) as load_count,
    coalesce(max(loads.load_id), 0) as last_load_id,
    max(loads.loaded_at) as last_loaded_at
from raw.loads
where loads.status = 'loaded';
