select * replace (
    "timestamp" at time zone 'UTC' as "timestamp"
)
from readings(3)
