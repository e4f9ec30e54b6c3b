-- One hero's minutes, one of each step, averaged over buckets. Each minute is one look-up in the fact table's key, so
-- that the cost is bounded for any range and any number of heroes. Buckets without a reading have nulls.
select
    date_bin(%(bucket)s::interval, minutes.minute_at, %(from_minute)s::timestamptz) as bucket_at,
    count(fact_biometrics.minute_at) as minutes_read,
    avg(fact_biometrics.heart_rate) as heart_rate,
    min(fact_biometrics.heart_rate_min) as heart_rate_min,
    max(fact_biometrics.heart_rate_max) as heart_rate_max,
    avg(fact_biometrics.stress_level) as stress_level,
    min(fact_biometrics.stress_level_min) as stress_level_min,
    max(fact_biometrics.stress_level_max) as stress_level_max,
    avg(fact_biometrics.energy_output) as energy_output,
    min(fact_biometrics.energy_output_min) as energy_output_min,
    max(fact_biometrics.energy_output_max) as energy_output_max
from generate_series(
    %(from_minute)s::timestamptz, %(until_minute)s::timestamptz - interval '1 minute', %(step)s::interval
) as minutes (minute_at)
left join marts.fact_biometrics
    on fact_biometrics.hero_id = %(hero_id)s and minutes.minute_at = fact_biometrics.minute_at
group by bucket_at
order by bucket_at;
