-- Versions of objects of a landing zone whose loads hold the hero, and their duplicates.
with held as (
    select load_hours.load_id
    from raw.load_hours
    where load_hours.hero_id = any(%(spellings)s)
    union
    select heroes.load_id
    from raw.heroes
    where coalesce(heroes.fields, heroes.record) ->> 'hero_id' = any(%(spellings)s)
    union
    select missions.load_id
    from raw.missions
    where raw.crew_of(coalesce(missions.fields, missions.record)) && %(spellings)s
)

select distinct
    loads.dataset,
    loads.object_key,
    loads.etag
from held
inner join (
    select loads.* from raw.loads
    where loads.landing_zone = %(landing_zone)s
) as loads on held.load_id = coalesce(loads.duplicate_of, loads.load_id);
