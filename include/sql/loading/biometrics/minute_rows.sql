-- The rows for raw.biometrics, with the column types of PostgreSQL's binary COPY, sorted as the block range index of
-- raw.biometrics needs them.
select
    claimed.load_id,
    minutes.hero_id,
    make_timestamptz(minutes.minute_number * 60000000 - 62135596800000000) as minute_at,
    cast(minutes.reading_count as integer) as reading_count,
    cast(minutes.heart_rate_count as integer) as heart_rate_count,
    minutes.heart_rate_sum,
    minutes.heart_rate_min,
    minutes.heart_rate_max,
    cast(minutes.stress_level_count as integer) as stress_level_count,
    minutes.stress_level_sum,
    minutes.stress_level_min,
    minutes.stress_level_max,
    cast(minutes.energy_output_count as integer) as energy_output_count,
    minutes.energy_output_sum,
    minutes.energy_output_min,
    minutes.energy_output_max,
    minutes.seconds
from minutes
inner join claimed on minutes.url = claimed.url
where minutes.reason is null
order by claimed.load_id, minutes.minute_number
