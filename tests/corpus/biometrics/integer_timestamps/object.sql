select * replace (
    epoch_ms("timestamp") as "timestamp"
)
from readings(3)
