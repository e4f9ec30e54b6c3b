select * replace (
    ' 80.5 ' as heart_rate,
    '2e1' as stress_level,
    'NaN' as energy_output
)
from readings(3)
