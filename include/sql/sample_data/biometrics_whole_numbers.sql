-- Readings of sensors that report integers: TIMESTAMP in milliseconds, columns in another order and two unknown
-- columns.
copy (
    select
        hero_id,
        'v' || hero_number % 4 as firmware,
        try_cast(heart_rate as integer) as heart_rate,
        try_cast(stress_level as smallint) as stress_level,
        try_cast(energy_output as bigint) as energy_output,
        if(isfinite("timestamp"), "timestamp", null)::timestamp_ms as "timestamp",
        noise % 101 as battery
    from sample_sensors($from_second, $until_second, $first_part, $last_part)
    order by second, hero_number
) to $object_url (format parquet, compression zstd);
