select * replace (
    heart_rate::decimal(5, 2) as heart_rate
)
from readings(3)
