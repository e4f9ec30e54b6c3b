-- Before the damage of make_objects.py.
select *
from readings(2000)
