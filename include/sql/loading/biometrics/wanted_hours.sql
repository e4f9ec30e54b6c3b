-- The hours of a hero that have an instant, as hours since the year 1.
select distinct
    hero_id,
    instant_us // 3600000000 as hour_number
from instants
order by hero_id, hour_number
