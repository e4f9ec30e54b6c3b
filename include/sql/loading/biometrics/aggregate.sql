-- Aggregates the objects in the variable `urls` to minutes in one pass. The rejection reason depends on the group's key
-- alone, so it is computed once a group, not once a reading.
insert into minutes
select
    url,
    hero_id,
    minute_number,
    rejection_reason(hero_id, minute_number, is_usable) as reason,
    count(*),
    count(heart_rate),
    sum(heart_rate),
    min(heart_rate),
    max(heart_rate),
    count_if(has_heart_rate and heart_rate is null),
    count(stress_level),
    sum(stress_level),
    min(stress_level),
    max(stress_level),
    count_if(has_stress_level and stress_level is null),
    count(energy_output),
    sum(energy_output),
    min(energy_output),
    max(energy_output),
    count_if(has_energy_output and energy_output is null)
from judged_readings(getvariable('urls'))
group by url, hero_id, minute_number, is_usable;
