select *
from readings(0)
