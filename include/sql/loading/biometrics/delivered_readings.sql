-- delivered_readings(urls): one row per reading of the objects of one layout. use_layout() in
-- include/cerebro/formats/readings.py fills in the names between underscores: the columns of the objects in their
-- order, and the macros of formats/values.sql that read the types of these five. `source` is the reading as delivered;
-- DuckDB reads it only where it is selected. Hive partitioning is off: a folder named hero_id=hulk does not override
-- the column hero_id. Extra columns have other names here than filename and file_row_number, which are DuckDB's own.
create or replace temp macro hero_text(value) as __id_kind___id(value);

create or replace temp macro delivered_readings(urls) as table
with
numbers as (
    select
        filename as url,
        file_index,
        file_row_number + 1 as row_number,
        hero_id,
        __time_kind___epoch_us("timestamp") as epoch_us,
        __heart_rate_kind___given(heart_rate) as delivered_heart_rate,
        __stress_level_kind___given(stress_level) as delivered_stress_level,
        __energy_output_kind___given(energy_output) as delivered_energy_output,
        __heart_rate_kind___number(heart_rate) as heart_rate,
        __stress_level_kind___number(stress_level) as stress_level,
        __energy_output_kind___number(energy_output) as energy_output,
        cerebro_reading as source
    from read_parquet(urls, hive_partitioning = false) as cerebro_reading (__columns__)
)

select
    url,
    file_index,
    row_number,
    hero_id,
    epoch_us,
    __heart_rate_words___value(heart_rate, getvariable('heart_rate_no_reading')) as heart_rate,
    __stress_level_words___value(stress_level, getvariable('stress_level_no_reading')) as stress_level,
    __energy_output_words___value(energy_output, getvariable('energy_output_no_reading')) as energy_output,
    __heart_rate_words___delivered(delivered_heart_rate, heart_rate, getvariable('heart_rate_no_reading'))
        as delivered_heart_rate,
    __stress_level_words___delivered(delivered_stress_level, stress_level, getvariable('stress_level_no_reading'))
        as delivered_stress_level,
    __energy_output_words___delivered(delivered_energy_output, energy_output, getvariable('energy_output_no_reading'))
        as delivered_energy_output,
    source
from numbers;
