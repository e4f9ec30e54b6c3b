-- Both rankings: one row per hero each, made anew also after one more day.
drop table if exists handwritten.hulk_factor, handwritten.reliability;

create table handwritten.hulk_factor as
with energy_on_high_risk_missions as (
    select
        hero_id,
        avg(energy_output::numeric)::double precision as avg_energy_output
    from handwritten.obt_cerebro_restored
    where structural_damage > 10000 and mission_id is not null
    group by hero_id
)

select
    row_number() over (
        order by energy_on_high_risk_missions.avg_energy_output desc nulls last, dim_heroes.hero_id asc
    ) as rank,
    dim_heroes.hero_id,
    dim_heroes.hero_name,
    energy_on_high_risk_missions.avg_energy_output
from handwritten.dim_heroes
left join energy_on_high_risk_missions on dim_heroes.hero_id = energy_on_high_risk_missions.hero_id;

alter table handwritten.hulk_factor add primary key (hero_id);

create table handwritten.reliability as
with successful_missions as (
    select
        hero_id,
        count(distinct mission_id) as successful_missions_count,
        avg(stress_level::numeric)::double precision as avg_stress_level
    from handwritten.obt_cerebro_restored
    where mission_outcome = 'Successful'
    group by hero_id
)

select
    row_number() over (
        order by coalesce(successful_missions.successful_missions_count, 0) desc, dim_heroes.hero_id asc
    ) as rank,
    dim_heroes.hero_id,
    dim_heroes.hero_name,
    coalesce(successful_missions.successful_missions_count, 0) as successful_missions_count,
    successful_missions.avg_stress_level
from handwritten.dim_heroes
left join successful_missions on dim_heroes.hero_id = successful_missions.hero_id;

alter table handwritten.reliability add primary key (hero_id);

analyze handwritten.hulk_factor, handwritten.reliability;
