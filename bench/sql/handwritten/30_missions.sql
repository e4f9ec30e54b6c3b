-- One row per mission, from its last record, and one per mission and hero on it.
create table handwritten.dim_missions as
with records as (
    select distinct on (missions.record ->> 'mission_id')
        missions.record ->> 'mission_id' as mission_id,
        missions.mission_at,
        missions.record ->> 'location' as location,
        missions.record ->> 'outcome' as outcome,
        (missions.record -> 'damage_report' ->> 'structural_damage')::double precision as structural_damage,
        (missions.record -> 'damage_report' ->> 'civilian_injuries')::double precision as civilian_injuries
    from raw.missions
    inner join raw.current_loads on missions.load_id = current_loads.load_id
    order by
        missions.record ->> 'mission_id' asc,
        current_loads.object_key desc,
        missions.row_number desc
)

select
    *,
    coalesce(structural_damage > 10000, false) as is_high_risk
from records;

alter table handwritten.dim_missions
add primary key (mission_id),
alter column mission_at set not null,
alter column is_high_risk set not null,
add check (structural_damage >= 0),
add check (civilian_injuries >= 0);

create index on handwritten.dim_missions (mission_at);

create table handwritten.bridge_mission_heroes as
with crews as (
    select distinct on (missions.record ->> 'mission_id')
        missions.record ->> 'mission_id' as mission_id,
        missions.record -> 'hero_ids' as spelled_hero_ids
    from raw.missions
    inner join raw.current_loads on missions.load_id = current_loads.load_id
    order by
        missions.record ->> 'mission_id' asc,
        current_loads.object_key desc,
        missions.row_number desc
)

select distinct
    crews.mission_id,
    hero_ids.hero_id
from crews
cross join json_array_elements_text(crews.spelled_hero_ids) as members (hero_id)
inner join handwritten.hero_ids on btrim(members.hero_id) = hero_ids.spelled_hero_id;

alter table handwritten.bridge_mission_heroes
add primary key (mission_id, hero_id),
add foreign key (mission_id) references handwritten.dim_missions (mission_id),
add foreign key (hero_id) references handwritten.dim_heroes (hero_id);

create index on handwritten.bridge_mission_heroes (hero_id);

analyze handwritten.dim_missions, handwritten.bridge_mission_heroes;
