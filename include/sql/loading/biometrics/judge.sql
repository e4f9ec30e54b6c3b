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
    delivered_minutes.heart_rate_min,
    delivered_minutes.heart_rate_max,
    delivered_minutes.heart_rate_invalid,
    delivered_minutes.stress_level_count,
    delivered_minutes.stress_level_sum,
    delivered_minutes.stress_level_min,
    delivered_minutes.stress_level_max,
    delivered_minutes.stress_level_invalid,
    delivered_minutes.energy_output_count,
    delivered_minutes.energy_output_sum,
    delivered_minutes.energy_output_min,
    delivered_minutes.energy_output_max,
    delivered_minutes.energy_output_invalid
from delivered_minutes
inner join delivered_heroes on delivered_minutes.hero_id is not distinct from delivered_heroes.delivered_id;
