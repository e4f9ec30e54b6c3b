-- Reads one hour of one hero: a lookup by hero and time.
select
    timestamp,
    heart_rate,
    stress_level,
    energy_output,
    mission_id
from analytics.obt_cerebro_restored
where
    hero_id = %(hero)s
    and timestamp >= %(day)s::date::timestamp at time zone 'UTC' + interval '12 hours'
    and timestamp < %(day)s::date::timestamp at time zone 'UTC' + interval '13 hours'
order by timestamp;
