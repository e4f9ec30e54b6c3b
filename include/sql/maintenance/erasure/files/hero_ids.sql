-- The heroes that ids of readings are of.
select distinct hero_id
from delivered_ids
where not is_missing_id(hero_id) and not is_invalid_id(hero_id);
