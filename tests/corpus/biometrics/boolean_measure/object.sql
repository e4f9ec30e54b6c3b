select * replace (
    true as heart_rate
)
from readings(3)
