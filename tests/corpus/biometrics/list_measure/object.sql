select * replace (
    [stress_level] as stress_level
)
from readings(3)
