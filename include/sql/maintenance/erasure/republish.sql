-- A mission has the crew of its last record that names one. Where the hero was alone in that record and an earlier one
-- names others, these are the crew now. The loads of such records get a new position, so that the next transformation
-- computes their missions again; what is complete up to such a load is complete up to the one before it.
with emptied as (
    select *
    from unnest(%(load_ids)s::bigint[], %(row_numbers)s::bigint[]) as records (load_id, row_number)
),

moved as (
    select distinct
        current_loads.load_id,
        current_loads.position
    from emptied
    inner join raw.current_loads on emptied.load_id = current_loads.load_id
    inner join staging.int_mission_records as records
        on emptied.load_id = records.load_id and emptied.row_number = records.row_number
    where
        exists (
            select from staging.int_mission_records as others
            where others.mission_id = records.mission_id and cardinality(others.hero_ids) > 0
        )
),

before as (
    select distinct on (moved.position)
        moved.position as moved_position,
        loads.position,
        loads.loaded_at
    from moved
    left join raw.loads
        on
            moved.position > loads.position
            and loads.status <> 'failed'
            and loads.load_id not in (select others.load_id from moved as others)
    where moved.position in (select tables.position from meta.tables)
    order by moved.position asc, loads.position desc
),

complete as (
    update meta.tables
    set
        position = coalesce(before.position, 0),
        loaded_at = before.loaded_at
    from before
    where tables.position = before.moved_position
)

update raw.loads
set position = nextval('raw.load_positions')
from moved
where loads.load_id = moved.load_id;
