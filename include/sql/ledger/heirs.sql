-- Of each load that one of the given rows supersedes, and that had duplicates: the duplicate that takes its place, the
-- one with the greatest key. holder is not null if the new row has the same bytes: the duplicates stay, then.
with new_rows as (
    select
        loads.supersedes,
        loads.load_id,
        loads.etag,
        loads.size_bytes
    from raw.loads
    where loads.load_id = any(%(load_ids)s) and loads.supersedes is not null
),

heirs as (
    select
        held.load_id,
        case
            when new_rows.etag = held.etag and new_rows.size_bytes = held.size_bytes then new_rows.load_id
        end as holder,
        duplicates.object_key,
        duplicates.landed_at::text as landed_at
    from new_rows
    inner join raw.loads as held on new_rows.supersedes = held.load_id
    inner join raw.loads as duplicates on held.load_id = duplicates.duplicate_of
    where
        held.status = 'loaded'
        and duplicates.status = 'duplicate'
        and not exists (
            select from raw.loads as successors
            where successors.supersedes = duplicates.load_id
        )
)

select distinct on (heirs.load_id)
    heirs.load_id,
    heirs.holder,
    heirs.object_key,
    heirs.landed_at
from heirs
order by heirs.load_id asc, heirs.object_key collate "C" desc;
