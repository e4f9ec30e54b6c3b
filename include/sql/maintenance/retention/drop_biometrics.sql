-- Deletes the minutes and instants of a load. Returns how many minutes left, and the block ranges that they were in:
-- the partition's oid and the number, 32 pages each.
with minutes as (
    delete from raw.biometrics
    where biometrics.load_id = %(load_id)s
    returning array[biometrics.tableoid::bigint, (biometrics.ctid::text::point)[0]::bigint / 32] as block_range
),

instants as (
    delete from raw.instants
    using raw.load_hours
    where
        load_hours.load_id = %(load_id)s
        and instants.load_id = load_hours.load_id
        and instants.hero_id = load_hours.hero_id
        and instants.hour_at = load_hours.hour_at
)

select
    count(*) as rows,
    array_agg(distinct minutes.block_range) as block_ranges
from minutes;
