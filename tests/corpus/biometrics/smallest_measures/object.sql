select * replace (
    2.3e-308::double as stress_level,
    1e-306::double as energy_output
)
from readings(1)
