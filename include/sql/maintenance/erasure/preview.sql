-- What raw holds of the hero: object versions, readings, hero records, and missions that the hero was on.
with held as (
    select
        load_hours.load_id,
        load_hours.reading_count as readings,
        0 as records,
        0 as participations
    from raw.load_hours
    where load_hours.hero_id = any(%(spellings)s)
    union all
    select
        heroes.load_id,
        0 as readings,
        1 as records,
        0 as participations
    from raw.heroes
    where coalesce(heroes.fields, heroes.record) ->> 'hero_id' = any(%(spellings)s)
    union all
    select
        missions.load_id,
        0 as readings,
        0 as records,
        1 as participations
    from raw.missions
    where raw.crew_of(coalesce(missions.fields, missions.record)) && %(spellings)s
)

select
    count(distinct held.load_id) as objects,
    coalesce(sum(held.readings), 0)::bigint as readings,
    coalesce(sum(held.records), 0)::bigint as records,
    coalesce(sum(held.participations), 0)::bigint as participations
from held;
