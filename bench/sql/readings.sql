-- Readings as sensors send them: one row per hero and second, 1,000 heroes. Ten heroes share a gateway, which uploads
-- 200 seconds at a time, so one upload is 2,000 consecutive readings. 1 in 1,000 heart rates is invalid. Noise comes
-- from a hash, so every run writes the same readings.
select
    timestamp '2025-01-01'
    + to_microseconds((reading // 200000 * 200 + reading % 2000 // 10) * 1000000 + (noise % 1000)::bigint * 1000)
        as "timestamp",
    'hero-' || lpad((reading % 200000 // 2000 * 10 + reading % 10)::varchar, 3, '0') as hero_id,
    case when noise % 1000 = 7 then -1.0::double else round(60 + (noise >> 10 & 1023) / 20, 1) end as heart_rate,
    round((noise >> 20 & 1023) / 15, 1) as stress_level,
    round((noise >> 30 & 1023) / 0.7::double, 2) as energy_output
from (
    select
        range as reading,
        hash(range) as noise
    from range(getvariable('first_reading'), getvariable('last_reading'))
) as numbered
