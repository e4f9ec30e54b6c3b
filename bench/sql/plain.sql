-- Baseline: the aggregates that a load needs, in memory, without any validation.
create or replace temp table minutes as
select
    hero_id,
    epoch_us("timestamp") // 60000000 as minute_number,
    count(*) as reading_count,
    count(heart_rate) as heart_rate_count,
    sum(heart_rate) as heart_rate_sum,
    min(heart_rate) as heart_rate_min,
    max(heart_rate) as heart_rate_max,
    count(stress_level) as stress_level_count,
    sum(stress_level) as stress_level_sum,
    min(stress_level) as stress_level_min,
    max(stress_level) as stress_level_max,
    count(energy_output) as energy_output_count,
    sum(energy_output) as energy_output_sum,
    min(energy_output) as energy_output_min,
    max(energy_output) as energy_output_max
from read_parquet(getvariable('urls'))
group by hero_id, minute_number;
