-- Every reading of the objects, each measure valid or null, with the reason why the reading is rejected, if it is,
-- and the reading as it came (read only by those who ask for it). A folder called hero_id=hulk says nothing about a
-- reading.
-- Needs the macro reading_epoch_us, made for the type of the timestamp column.
create or replace temp macro judged_readings(urls) as table
with
readings as (
    select
        cerebro_url as url,
        file_row_number + 1 as row_number,
        nullif(trim(cast(hero_id as varchar), e' \t\r\n'), '') as hero_id,
        reading_epoch_us("timestamp") as epoch_us,
        try_cast(heart_rate as double) as heart_rate,
        try_cast(stress_level as double) as stress_level,
        try_cast(energy_output as double) as energy_output,
        heart_rate is not null as has_heart_rate,
        stress_level is not null as has_stress_level,
        energy_output is not null as has_energy_output,
        source
    from read_parquet(urls, filename = 'cerebro_url', hive_partitioning = false) as source
),

valid_measures as (
    select
        url,
        row_number,
        hero_id,
        -- Counted from the year 1, so that the division by a minute rounds down before 1970 too.
        case
            when epoch_us between -62135596800000000 and 253402300799999999
                then (epoch_us + 62135596800000000) // 60000000
        end as minute_number,
        -- NaN is greater than everything else in DuckDB, infinity included.
        case when heart_rate between 0 and 300 then heart_rate end as heart_rate,
        case when stress_level >= 0 and stress_level < 'infinity' then stress_level end as stress_level,
        case when energy_output >= 0 and energy_output < 'infinity' then energy_output end as energy_output,
        has_heart_rate,
        has_stress_level,
        has_energy_output,
        source
    from readings
)

select
    *,
    case
        when hero_id is null then 'missing_hero_id'
        -- PostgreSQL has no place for NUL in a text, and the binary COPY would fail half-way.
        when contains(hero_id, chr(0)) then 'invalid_hero_id'
        when minute_number is null then 'invalid_timestamp'
        when heart_rate is null and stress_level is null and energy_output is null then 'no_usable_measure'
    end as reason
from valid_measures;
