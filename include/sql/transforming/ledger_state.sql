-- One row that identifies the state of the ledger. Loads are never deleted, so their number says which ones exist.
select
    count(*) as load_count,
    coalesce(max(loads.load_id), 0) as last_load_id,
    max(loads.loaded_at) as last_loaded_at
from raw.loads
where loads.status = 'loaded';
