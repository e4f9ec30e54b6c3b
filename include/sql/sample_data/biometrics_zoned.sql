-- Readings with TIMESTAMP WITH TIME ZONE and decimals.
copy (
    select
        "timestamp" at time zone 'UTC' as "timestamp",
        hero_id,
        try_cast(heart_rate as decimal(9, 1)) as heart_rate,
        try_cast(stress_level as decimal(9, 1)) as stress_level,
        try_cast(energy_output as decimal(18, 2)) as energy_output
    from sample_sensors($from_second, $until_second, $first_part, $last_part)
    order by second, hero_number
) to $object_url (format parquet, compression zstd);
