-- Unsorted readings: TIMESTAMP in nanoseconds, single precision.
copy (
    select
        if(isfinite("timestamp"), "timestamp", null)::timestamp_ns as "timestamp",
        hero_id,
        heart_rate::real as heart_rate,
        stress_level::real as stress_level,
        energy_output::real as energy_output
    from sample_sensors($from_second, $until_second, $first_part, $last_part)
    order by noise, hero_number, second
) to $object_url (format parquet, compression zstd);
