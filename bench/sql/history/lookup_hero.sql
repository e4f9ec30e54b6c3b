-- Reads one hero by its key. A full refresh leaves the dimension in place, and drops tables that refer to it.
select
    hero_name,
    alter_ego
from marts.dim_heroes
where hero_id = 'hero_042';
