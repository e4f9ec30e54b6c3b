-- One row per rejected reading of the objects in the variable `urls`, which have equal columns and whose keys are in
-- `source_keys`: the object's place in both, and the reading as delivered, with its reason, source key and row number.
-- The delivered columns have other names than these four (see column_names() in include/cerebro/formats/parquet.py).
-- Readings of a hero who was forgotten are left out. In no order: a sort would keep texts of many MB in memory.
with
-- An id is judged once: 50 million ids that are not in a dictionary took 20 minutes one by one.
ids as materialized (
    select distinct hero_id
    from measured_readings(getvariable('urls'))
),

heroes as materialized (
    select
        hero_id,
        hero_rejection(hero_id) as reason
    from ids
)

select
    file_index,
    reason,
    getvariable('source_keys')[cast(file_index as bigint) + 1] as source_key,
    row_number,
    unnest(source)
from (
    select
        readings.file_index,
        readings.row_number,
        readings.source,
        coalesce(heroes.reason, minute_rejection(utc_minute(readings.minute_number), readings.usability)) as reason
    from measured_readings(getvariable('urls')) as readings
    inner join heroes on readings.hero_id is not distinct from heroes.hero_id
) as judged
where reason is not null and reason <> 'erased_hero'
