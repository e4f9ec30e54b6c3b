-- All spellings of the hero's id in raw, as delivered and trimmed, and the one that was given.
with ids as (
    select load_hours.hero_id as id
    from raw.load_hours
    group by load_hours.hero_id
    union
    select coalesce(heroes.fields, heroes.record) ->> 'hero_id' as id
    from raw.heroes
    union
    select unnest(raw.crew_of(coalesce(missions.fields, missions.record))) as id
    from raw.missions
    union
    select %(hero_id)s as id
)

select array_agg(distinct spellings.id) as spellings
from ids
cross join lateral unnest(array[ids.id, raw.trimmed(ids.id)]) as spellings (id)
where raw.hero_key(ids.id) = raw.hero_key(%(hero_id)s);
