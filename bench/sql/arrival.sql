-- One hero's readings of one hour, one a second.
select
    cast(getvariable('hour') as timestamp) + to_seconds(range) as "timestamp",
    getvariable('hero') as hero_id,
    60.0 + range % 40 as heart_rate,
    20.0 as stress_level,
    500.0 as energy_output
from range(3600)
