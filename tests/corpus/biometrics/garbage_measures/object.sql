select * replace (
    'n/a' as heart_rate,
    '' as stress_level,
    '12 MW' as energy_output
)
from readings(3)
