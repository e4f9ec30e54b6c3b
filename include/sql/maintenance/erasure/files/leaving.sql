-- The ids, as they were delivered, of heroes who were forgotten.
create temp table leaving as
select hero
from delivered_ids
where list_contains(getvariable('gone'), hero_id);
