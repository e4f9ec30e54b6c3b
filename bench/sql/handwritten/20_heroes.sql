-- One row per hero that a current mission or a load names. Of the spellings of an id that differ in case and separators
-- only, the first one counts. There are no hero files, so the name is made of the id.
create table handwritten.hero_ids as
with spellings as (
    select btrim(load_hours.hero_id) as spelled_hero_id
    from raw.load_hours
    group by load_hours.hero_id

    union

    select btrim(members.hero_id)
    from raw.missions
    inner join raw.current_loads on missions.load_id = current_loads.load_id
    cross join json_array_elements_text(missions.record -> 'hero_ids') as members (hero_id)
),

keyed_spellings as (
    select
        spelled_hero_id,
        lower(regexp_replace(spelled_hero_id, '[\s_.-]+', '', 'g')) as hero_key
    from spellings
)

select
    spelled_hero_id,
    first_value(spelled_hero_id) over (
        partition by hero_key order by spelled_hero_id collate "C"
    ) as hero_id
from keyed_spellings;

alter table handwritten.hero_ids add primary key (spelled_hero_id);

create table handwritten.dim_heroes as
select
    hero_ids.hero_id,
    initcap(replace(hero_ids.hero_id, '_', ' ')) as hero_name,
    null::text as alter_ego,
    null::text as first_appearance
from handwritten.hero_ids
group by hero_ids.hero_id;

alter table handwritten.dim_heroes
add primary key (hero_id),
alter column hero_name set not null;

analyze handwritten.hero_ids, handwritten.dim_heroes;
