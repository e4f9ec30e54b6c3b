-- The rows of a file of the archive without those of heroes who were forgotten.
select archived.*
from archived
where not list_contains(getvariable('gone'), archived.hero_id)
order by archived.load_id, archived.minute_at, archived.hero_id
