select * replace (
    { 'bpm': heart_rate } as heart_rate
)
from readings(3)
