select *
from readings(3)
