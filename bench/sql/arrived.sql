-- The minutes of the hero and hour that analysts see.
select count(*)
from analytics.obt_cerebro_restored
where hero_id = %(hero)s and "timestamp" >= %(hour)s and "timestamp" < %(hour)s + interval '1 hour'
