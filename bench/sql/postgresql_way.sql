-- PostgreSQL's own way: aggregates the readings, which lie unaggregated in a table, by hero and minute.
create table minutes as
select
    hero_id,
    date_trunc('minute', "timestamp") as minute_at,
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
from readings
group by hero_id, minute_at;
