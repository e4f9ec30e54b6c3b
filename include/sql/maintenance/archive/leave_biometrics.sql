-- Deletes the minutes of a day, in UTC, before a horizon. Returns them, with partitions and block ranges of 32
-- pages.
delete from raw.biometrics
where
    biometrics.minute_at >= %(day)s::timestamp at time zone 'UTC'
    and biometrics.minute_at < (%(day)s::date + 1)::timestamp at time zone 'UTC'
    and biometrics.minute_at < %(until)s
returning
    biometrics.load_id,
    biometrics.hero_id,
    biometrics.minute_at,
    biometrics.reading_count,
    biometrics.heart_rate_count,
    biometrics.heart_rate_sum,
    biometrics.heart_rate_min,
    biometrics.heart_rate_max,
    biometrics.stress_level_count,
    biometrics.stress_level_sum,
    biometrics.stress_level_min,
    biometrics.stress_level_max,
    biometrics.energy_output_count,
    biometrics.energy_output_sum,
    biometrics.energy_output_min,
    biometrics.energy_output_max,
    biometrics.seconds,
    biometrics.tableoid::bigint as partition,
    (biometrics.ctid::text::point)[0]::bigint / 32 as block_range
