-- Deletes the hero's readings and records from raw, and notes how many left each load.
with hours as (
    delete from raw.load_hours
    where load_hours.hero_id = any(%(spellings)s)
    returning load_hours.load_id, load_hours.reading_count
),

minutes as (
    delete from raw.biometrics
    where biometrics.hero_id = any(%(spellings)s)
),

instants as (
    delete from raw.instants
    where instants.hero_id = any(%(spellings)s)
),

-- Corrections of released rows may name the hero.
corrections as (
    update raw.quarantine_decisions
    set corrections = quarantine_decisions.corrections - 'hero_id'
    where raw.hero_key(quarantine_decisions.corrections ->> 'hero_id') = raw.hero_key(%(hero_id)s)
),

actions as (
    update meta.maintenance_actions
    set parameters = (maintenance_actions.parameters::jsonb - 'hero_id')::json
    where raw.hero_key(maintenance_actions.parameters ->> 'hero_id') = raw.hero_key(%(hero_id)s)
),

records as (
    delete from raw.heroes
    where coalesce(heroes.fields, heroes.record) ->> 'hero_id' = any(%(spellings)s)
    returning heroes.load_id
)

insert into raw.erased_rows (erasure_id, load_id, rows)
select
    %(erasure_id)s,
    hours.load_id,
    sum(hours.reading_count) as rows
from hours
group by hours.load_id
union all
select
    %(erasure_id)s,
    records.load_id,
    count(*) as rows
from records
group by records.load_id;
