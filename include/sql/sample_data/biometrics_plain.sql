-- Well-formed readings: TIMESTAMP in microseconds, doubles, sorted by time.
copy (
    select
        "timestamp",
        hero_id,
        heart_rate,
        stress_level,
        energy_output
    from sample_sensors($from_second, $until_second, $first_part, $last_part)
    order by second, hero_number
) to $object_url (format parquet, compression zstd);
