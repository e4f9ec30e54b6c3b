-- Readings as a script exports them: every column is text, times are in ISO 8601 with or without an offset, and a
-- missing measure reads "n/a".
copy (
    select
        case
            when "timestamp" is null then 'not synchronised'
            when not isfinite("timestamp") then 'infinity'
            when noise % 4 = 0 then strftime("timestamp", '%Y-%m-%dT%H:%M:%S.%gZ')
            when noise % 4 = 1 then strftime("timestamp" + interval 2 hour, '%Y-%m-%d %H:%M:%S.%g+02:00')
            when noise % 4 = 2 then strftime("timestamp" - interval 5 hour, '%Y-%m-%dT%H:%M:%S-05:00')
            else strftime("timestamp", '%Y-%m-%dT%H:%M:%S')
        end as "timestamp",
        hero_id,
        coalesce(heart_rate::varchar, 'n/a') as heart_rate,
        coalesce(' ' || stress_level::varchar || ' ', 'n/a') as stress_level,
        coalesce(energy_output::varchar, '') as energy_output
    from sample_sensors($from_second, $until_second, $first_part, $last_part)
    order by second, hero_number
) to $object_url (format parquet, compression zstd);
