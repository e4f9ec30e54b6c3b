-- One row per rejected reading of one object: the reading as delivered, with its reason, source key and row number. The
-- delivered columns have other names than these three (see column_names() in include/cerebro/formats/readings.py).
-- Readings of a hero who was forgotten are left out.
select
    reason,
    getvariable('source_key') as source_key,
    row_number,
    unnest(source)
from (
    select
        row_number,
        source,
        coalesce(hero_rejection(hero_id), minute_rejection(utc_minute(minute_number), usability)) as reason
    from measured_readings([getvariable('url')])
) as judged
where reason is not null and reason <> 'erased_hero'
order by row_number
