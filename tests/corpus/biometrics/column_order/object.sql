select
    energy_output,
    hero_id,
    heart_rate,
    "timestamp",
    stress_level
from readings(3)
