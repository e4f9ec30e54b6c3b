-- Brings together the minutes that fell together: several spellings of one id, or two hours that the change of clocks
-- makes one.
create or replace temp table minutes as
select
    url,
    hero_id,
    minute_number,
    reason,
    sum(reading_count) as reading_count,
    bit_or(seconds) as seconds,
    sum(heart_rate_count) as heart_rate_count,
    sum(heart_rate_sum) as heart_rate_sum,
    min(heart_rate_min) as heart_rate_min,
    max(heart_rate_max) as heart_rate_max,
    sum(heart_rate_invalid) as heart_rate_invalid,
    sum(stress_level_count) as stress_level_count,
    sum(stress_level_sum) as stress_level_sum,
    min(stress_level_min) as stress_level_min,
    max(stress_level_max) as stress_level_max,
    sum(stress_level_invalid) as stress_level_invalid,
    sum(energy_output_count) as energy_output_count,
    sum(energy_output_sum) as energy_output_sum,
    min(energy_output_min) as energy_output_min,
    max(energy_output_max) as energy_output_max,
    sum(energy_output_invalid) as energy_output_invalid
from minutes
group by url, hero_id, minute_number, reason;
