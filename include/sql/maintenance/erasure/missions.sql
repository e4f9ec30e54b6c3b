-- The mission records with the hero in their crew.
select
    missions.load_id,
    missions.row_number,
    missions.record::text as record,
    missions.fields::text as fields
from raw.missions
where raw.crew_of(coalesce(missions.fields, missions.record)) && %(spellings)s;
