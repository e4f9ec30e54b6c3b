select * replace (
    "timestamp"::timestamp_ms as "timestamp"
)
from readings(3)
