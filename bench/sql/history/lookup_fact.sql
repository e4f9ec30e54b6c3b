-- Reads one hour of one hero from the fact table by its key.
select
    minute_at,
    heart_rate,
    stress_level,
    energy_output
from marts.fact_biometrics
where
    hero_id = %(hero)s
    and minute_at >= %(day)s::date::timestamp at time zone 'UTC' + interval '12 hours'
    and minute_at < %(day)s::date::timestamp at time zone 'UTC' + interval '13 hours'
order by minute_at;
