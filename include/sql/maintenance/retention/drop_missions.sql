-- Deletes the records of a load, and what dbt has parsed of them. Returns how many left.
with records as (
    delete from raw.missions
    where missions.load_id = %(load_id)s
    returning missions.row_number
),

parsed as (
    delete from staging.int_mission_records
    where int_mission_records.load_id = %(load_id)s
)

select
    count(*) as rows,
    null as block_ranges
from records;
