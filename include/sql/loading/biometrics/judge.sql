-- Adds the minutes of one layout to `minutes`. What depends on the key alone (id, zone, reason) is found once a group.
insert into minutes
select
    getvariable('urls')[cast(delivered_minutes.file_index as bigint) + 1] as url,
    delivered_heroes.hero_id,
    utc_minute(delivered_minutes.minute_number) as minute_number,
    coalesce(
        delivered_heroes.reason,
        minute_rejection(utc_minute(delivered_minutes.minute_number), delivered_minutes.usability)
    ) as reason,
    delivered_minutes.reading_count,
    delivered_minutes.seconds,
    delivered_minutes.heart_rate_count,
    delivered_minutes.heart_rate_sum,
    heart_rate_measure(delivered_minutes.heart_rate_min) as heart_rate_min,
    heart_rate_measure(delivered_minutes.heart_rate_max) as heart_rate_max,
    delivered_minutes.heart_rate_invalid,
    delivered_minutes.stress_level_count,
    delivered_minutes.stress_level_sum,
    stress_level_measure(delivered_minutes.stress_level_min) as stress_level_min,
    stress_level_measure(delivered_minutes.stress_level_max) as stress_level_max,
    delivered_minutes.stress_level_invalid,
    delivered_minutes.energy_output_count,
    delivered_minutes.energy_output_sum,
    energy_output_measure(delivered_minutes.energy_output_min) as energy_output_min,
    energy_output_measure(delivered_minutes.energy_output_max) as energy_output_max,
    delivered_minutes.energy_output_invalid
from delivered_minutes
inner join delivered_heroes on delivered_minutes.hero_id is not distinct from delivered_heroes.delivered_id;
