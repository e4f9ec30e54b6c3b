-- Adds one day to the tables, or replaces it: its missions, and the rows of its minutes by key.
set local work_mem = '64MB';

select raw.summarize_biometrics();

create temporary table new_hero_ids on commit drop as
with spellings as (
    select btrim(load_hours.hero_id) as hero_id
    from raw.load_hours
    where
        load_hours.hour_at >= %(day)s::timestamptz
        and load_hours.hour_at < %(day)s::timestamptz + interval '1 day'

    union

    select btrim(members.hero_id)
    from raw.missions
    inner join raw.current_loads on missions.load_id = current_loads.load_id
    cross join json_array_elements_text(missions.record -> 'hero_ids') as members (hero_id)
    where
        missions.mission_at >= %(day)s::timestamptz
        and missions.mission_at < %(day)s::timestamptz + interval '1 day'
)

select hero_id from spellings
where
    not exists (
        select from handwritten.hero_ids
        where hero_ids.spelled_hero_id = spellings.hero_id
    );

insert into handwritten.hero_ids (spelled_hero_id, hero_id)
select
    hero_id as spelled_hero_id,
    hero_id
from new_hero_ids;

insert into handwritten.dim_heroes (hero_id, hero_name)
select
    hero_id,
    initcap(replace(hero_id, '_', ' ')) as hero_name
from new_hero_ids;

delete from handwritten.bridge_mission_heroes
using handwritten.dim_missions
where
    bridge_mission_heroes.mission_id = dim_missions.mission_id
    and dim_missions.mission_at >= %(day)s::timestamptz
    and dim_missions.mission_at < %(day)s::timestamptz + interval '1 day';

delete from handwritten.dim_missions
where
    mission_at >= %(day)s::timestamptz
    and mission_at < %(day)s::timestamptz + interval '1 day';

create temporary table day_missions on commit drop as
select distinct on (missions.record ->> 'mission_id')
    missions.record ->> 'mission_id' as mission_id,
    missions.mission_at,
    missions.record ->> 'location' as location,
    missions.record ->> 'outcome' as outcome,
    (missions.record -> 'damage_report' ->> 'structural_damage')::double precision as structural_damage,
    (missions.record -> 'damage_report' ->> 'civilian_injuries')::double precision as civilian_injuries,
    missions.record -> 'hero_ids' as spelled_hero_ids
from raw.missions
inner join raw.current_loads on missions.load_id = current_loads.load_id
where
    missions.mission_at >= %(day)s::timestamptz
    and missions.mission_at < %(day)s::timestamptz + interval '1 day'
order by
    missions.record ->> 'mission_id' asc,
    current_loads.object_key desc,
    missions.row_number desc;

insert into handwritten.dim_missions
select
    mission_id,
    mission_at,
    location,
    outcome,
    structural_damage,
    civilian_injuries,
    coalesce(structural_damage > 10000, false) as is_high_risk
from day_missions;

insert into handwritten.bridge_mission_heroes (mission_id, hero_id)
select distinct
    day_missions.mission_id,
    hero_ids.hero_id
from day_missions
cross join json_array_elements_text(day_missions.spelled_hero_ids) as members (hero_id)
inner join handwritten.hero_ids on btrim(members.hero_id) = hero_ids.spelled_hero_id;

delete from handwritten.fact_biometrics
using handwritten.dim_heroes
where
    fact_biometrics.hero_id = dim_heroes.hero_id
    and fact_biometrics.minute_at >= %(day)s::timestamptz
    and fact_biometrics.minute_at < %(day)s::timestamptz + interval '1 day';

-- A copy with statistics: those of raw.biometrics end before the new day, and the planner would expect a single row.
create temporary table day_biometrics on commit drop as
select biometrics.*
from raw.biometrics
inner join raw.current_loads on biometrics.load_id = current_loads.load_id
where
    biometrics.minute_at >= %(day)s::timestamptz
    and biometrics.minute_at < %(day)s::timestamptz + interval '1 day';

analyze day_biometrics;

select meta.add_months('handwritten.fact_biometrics', array[%(day)s::date]);

insert into handwritten.fact_biometrics
select
    hero_ids.hero_id,
    day_biometrics.minute_at,
    sum(day_biometrics.reading_count) as reading_count,
    sum(day_biometrics.heart_rate_sum) / nullif(sum(day_biometrics.heart_rate_count), 0) as heart_rate,
    min(day_biometrics.heart_rate_min) as heart_rate_min,
    max(day_biometrics.heart_rate_max) as heart_rate_max,
    sum(day_biometrics.stress_level_sum) / nullif(sum(day_biometrics.stress_level_count), 0) as stress_level,
    min(day_biometrics.stress_level_min) as stress_level_min,
    max(day_biometrics.stress_level_max) as stress_level_max,
    sum(day_biometrics.energy_output_sum) / nullif(sum(day_biometrics.energy_output_count), 0) as energy_output,
    min(day_biometrics.energy_output_min) as energy_output_min,
    max(day_biometrics.energy_output_max) as energy_output_max
from day_biometrics
inner join handwritten.hero_ids on btrim(day_biometrics.hero_id) = hero_ids.spelled_hero_id
group by hero_ids.hero_id, day_biometrics.minute_at
order by hero_ids.hero_id, day_biometrics.minute_at;

delete from handwritten.obt_cerebro_restored
using handwritten.dim_heroes
where
    obt_cerebro_restored.hero_id = dim_heroes.hero_id
    and obt_cerebro_restored.timestamp >= %(day)s::timestamptz
    and obt_cerebro_restored.timestamp < %(day)s::timestamptz + interval '1 day';

select meta.add_months('handwritten.obt_cerebro_restored', array[%(day)s::date]);

insert into handwritten.obt_cerebro_restored
with participations as (
    select
        bridge_mission_heroes.hero_id,
        date_trunc('minute', dim_missions.mission_at, 'UTC') as minute_at,
        dim_missions.*
    from handwritten.bridge_mission_heroes
    inner join handwritten.dim_missions on bridge_mission_heroes.mission_id = dim_missions.mission_id
    where
        dim_missions.mission_at >= %(day)s::timestamptz
        and dim_missions.mission_at < %(day)s::timestamptz + interval '1 day'
),

readings as (
    select fact_biometrics.*
    from handwritten.dim_heroes
    inner join handwritten.fact_biometrics on dim_heroes.hero_id = fact_biometrics.hero_id
    where
        fact_biometrics.minute_at >= %(day)s::timestamptz
        and fact_biometrics.minute_at < %(day)s::timestamptz + interval '1 day'
)

select
    coalesce(readings.minute_at, participations.minute_at) as timestamp,
    dim_heroes.hero_id,
    dim_heroes.hero_name,
    dim_heroes.alter_ego,
    participations.mission_id,
    participations.location as mission_location,
    participations.outcome as mission_outcome,
    participations.structural_damage,
    participations.civilian_injuries,
    participations.is_high_risk,
    readings.reading_count,
    readings.heart_rate,
    readings.stress_level,
    readings.energy_output,
    readings.heart_rate_min,
    readings.heart_rate_max,
    readings.stress_level_min,
    readings.stress_level_max,
    readings.energy_output_min,
    readings.energy_output_max
from readings
full join participations
    on
        readings.hero_id = participations.hero_id
        and readings.minute_at = participations.minute_at
inner join handwritten.dim_heroes on coalesce(readings.hero_id, participations.hero_id) = dim_heroes.hero_id
order by dim_heroes.hero_id, timestamp;
