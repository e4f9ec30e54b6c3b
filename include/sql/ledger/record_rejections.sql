-- Adds one row per load and reason to raw.rejections.
insert into raw.rejections (load_id, reason, rows, quarantine_key)
select
    rejections.load_id,
    rejections.reason,
    rejections.row_count,
    rejections.quarantine_key
from unnest(
    %(load_ids)s::bigint[], %(reasons)s::text[], %(row_counts)s::bigint[], %(quarantine_keys)s::text[]
) as rejections (load_id, reason, row_count, quarantine_key);
