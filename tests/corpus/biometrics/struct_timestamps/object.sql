select * replace (
    { 'at': "timestamp" } as "timestamp"
)
from readings(3)
