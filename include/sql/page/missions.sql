-- A hero's missions in a range of minutes; if they are too many, those with the greatest damage.
select
    missions.mission_id,
    missions.mission_at,
    missions.location,
    missions.outcome,
    missions.structural_damage,
    missions.is_high_risk,
    missions.in_all
from (
    select
        dim_missions.mission_id,
        dim_missions.mission_at,
        dim_missions.location,
        dim_missions.outcome,
        dim_missions.structural_damage,
        dim_missions.is_high_risk,
        count(*) over () as in_all
    from marts.bridge_mission_heroes
    inner join marts.dim_missions on bridge_mission_heroes.mission_id = dim_missions.mission_id
    where
        bridge_mission_heroes.hero_id = %(hero_id)s
        and dim_missions.mission_at >= %(from_minute)s
        and dim_missions.mission_at < %(until_minute)s
    order by dim_missions.structural_damage desc nulls last, dim_missions.mission_id asc
    limit %(limit)s
) as missions
order by missions.mission_at, missions.mission_id;
