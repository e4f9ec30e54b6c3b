-- Deletes the minutes and instants before an instant. Returns how many minutes left, of how many loads, and the block
-- ranges that they were in: the partition's oid and the number, 32 pages each.
with minutes as (
    delete from raw.biometrics
    where biometrics.minute_at < %(until)s
    returning
        biometrics.load_id,
        array[biometrics.tableoid::bigint, (biometrics.ctid::text::point)[0]::bigint / 32] as block_range
),

instants as (
    delete from raw.instants
    where instants.minute_at < %(until)s
)

select
    count(*) as minutes,
    count(distinct minutes.load_id) as objects,
    array_agg(distinct minutes.block_range) as block_ranges
from minutes;
