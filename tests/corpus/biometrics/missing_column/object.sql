select * exclude (heart_rate)
from readings(3)
