select * replace (
    '\xAA'::blob as energy_output
)
from readings(3)
