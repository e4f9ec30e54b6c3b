-- One row per rejected reading of one object: the reading as delivered, with its reason, source key and row number. The
-- delivered columns have other names than these three (see column_names() in include/cerebro/formats/readings.py).
-- Readings of a hero who was forgotten are left out. In no order: a sort would keep texts of many MB in memory.
with
-- An id is judged once: 50 million ids that are not in a dictionary took 20 minutes one by one.
ids as materialized (
    select distinct hero_id
    from measured_readings([getvariable('url')])
),

heroes as materialized (
    select
        hero_id,
        hero_rejection(hero_id) as reason
    from ids
)

select
    reason,
    getvariable('source_key') as source_key,
    row_number,
    unnest(source)
from (
    select
        readings.row_number,
        readings.source,
        coalesce(heroes.reason, minute_rejection(utc_minute(readings.minute_number), readings.usability)) as reason
    from measured_readings([getvariable('url')]) as readings
    inner join heroes on readings.hero_id is not distinct from heroes.hero_id
) as judged
where reason is not null and reason <> 'erased_hero'
