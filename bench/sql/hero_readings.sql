-- Readings of so many heroes from a minute on, one every ten seconds each, in the order of time. Noise comes from a
-- hash, so every run writes the same readings.
select
    timestamp '2025-01-01' + to_microseconds(10000000 * (reading // getvariable('heroes'))) as "timestamp",
    'hero-' || lpad((reading % getvariable('heroes'))::varchar, 5, '0') as hero_id,
    round(60 + (noise >> 10 & 1023) / 20, 1) as heart_rate,
    round((noise >> 20 & 1023) / 15, 1) as stress_level,
    round((noise >> 30 & 1023) / 0.7::double, 2) as energy_output
from (
    select
        range as reading,
        hash(range) as noise
    from range(
        6 * getvariable('heroes') * getvariable('first_minute'), 6 * getvariable('heroes') * getvariable('last_minute')
    )
) as numbered
