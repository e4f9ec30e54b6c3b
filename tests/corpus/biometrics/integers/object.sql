select * replace (
    heart_rate::utinyint as heart_rate,
    20::smallint as stress_level,
    900::bigint as energy_output
)
from readings(3)
