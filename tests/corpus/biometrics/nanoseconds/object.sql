select * replace (
    "timestamp"::timestamp_ns as "timestamp"
)
from readings(3)
