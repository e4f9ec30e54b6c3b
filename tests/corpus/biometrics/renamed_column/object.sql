select
    * exclude (hero_id),
    hero_id as "heroId"
from readings(3)
