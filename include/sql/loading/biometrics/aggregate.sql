-- Aggregates the objects in the variable `urls` in one pass over the readings, by hero and minute as delivered.
create or replace temp table delivered_minutes as
select
    url,
    hero_id,
    minute_number,
    usability,
    count(*) as reading_count,
    bit_or(1::bigint << (second_number - minute_number * 60)) as seconds,
    count(heart_rate) as heart_rate_count,
    sum(heart_rate) as heart_rate_sum,
    min(heart_rate) as heart_rate_min,
    max(heart_rate) as heart_rate_max,
    count_if(has_heart_rate and heart_rate is null) as heart_rate_invalid,
    count(stress_level) as stress_level_count,
    sum(stress_level) as stress_level_sum,
    min(stress_level) as stress_level_min,
    max(stress_level) as stress_level_max,
    count_if(has_stress_level and stress_level is null) as stress_level_invalid,
    count(energy_output) as energy_output_count,
    sum(energy_output) as energy_output_sum,
    min(energy_output) as energy_output_min,
    max(energy_output) as energy_output_max,
    count_if(has_energy_output and energy_output is null) as energy_output_invalid
from measured_readings(getvariable('urls'))
group by url, hero_id, minute_number, usability;
