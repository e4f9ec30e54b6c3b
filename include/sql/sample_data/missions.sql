-- The missions of the sample: one row per mission, spread over the hours of the biometrics. About a third have
-- structural damage above 10,000. Every draw is a hash of the seed, the mission and the purpose of the draw, so the
-- same parameters give the same missions.
create or replace temp table sample_missions as
with draws as (
    select
        range::integer as mission_number,
        (hash(getvariable('seed'), range, 'when') % 10000) / 10000 as time_draw,
        (hash(getvariable('seed'), range, 'where') % 8)::integer as place_draw,
        (hash(getvariable('seed'), range, 'outcome') % 100)::integer as outcome_draw,
        (hash(getvariable('seed'), range, 'damage') % 10000) / 10000 as damage_draw,
        (hash(getvariable('seed'), range, 'injuries') % 40)::integer as injuries_draw,
        (hash(getvariable('seed'), range, 'offset') % 5)::integer as offset_draw,
        (hash(getvariable('seed'), range, 'team') % 4)::integer as team_draw
    from range(getvariable('missions'))
)

select
    mission_number,
    format('M-{:06d}', mission_number + 1) as mission_id,
    floor((mission_number + time_draw) * getvariable('hours') * 3600 / getvariable('missions'))::bigint
        as mission_second,
    (['New York', 'Wakanda', 'Sokovia', 'Lagos', 'São Paulo', 'Tokyo', 'Genosha', 'Asgard'])[place_draw + 1]
        as location,
    case when outcome_draw < 60 then 'Successful' when outcome_draw < 85 then 'Failed' else 'Partial' end as outcome,
    -- From 100 to 1,000,000 on a logarithmic scale, with more weight at the low end.
    round(100 * pow(10, 4 * pow(damage_draw, 1.7)))::integer as structural_damage,
    case when damage_draw > 0.5 then injuries_draw else injuries_draw // 10 end as civilian_injuries,
    ([0, 120, -300, 330, 0])[offset_draw + 1] as offset_minutes,
    (['Z', '+02:00', '-05:00', '+05:30', ''])[offset_draw + 1] as offset_text,
    1 + team_draw as team_size
from draws
order by mission_number;

-- One row per mission and hero on it. Each place in a team is drawn from the tickets of the heroes; a hero who is drawn
-- twice is on the team once.
create or replace temp table sample_participations as
with ordinary_tickets as (
    select
        hero_number,
        unnest(range(ordinary_tickets)) as ticket
    from sample_heroes
),

ordinary_drum as (
    select list(hero_number order by hero_number) as tickets
    from ordinary_tickets
),

high_risk_tickets as (
    select
        hero_number,
        unnest(range(high_risk_tickets)) as ticket
    from sample_heroes
),

high_risk_drum as (
    select list(hero_number order by hero_number) as tickets
    from high_risk_tickets
),

places as (
    select
        mission_number,
        mission_second // 60 as mission_minute,
        structural_damage > 10000 as is_high_risk,
        hash(getvariable('seed'), mission_number, unnest(range(team_size)), 'hero') as draw
    from sample_missions
)

select distinct
    places.mission_number,
    places.mission_minute,
    places.is_high_risk,
    if(
        places.is_high_risk,
        high_risk_drum.tickets[(1 + places.draw % len(high_risk_drum.tickets))::bigint],
        ordinary_drum.tickets[(1 + places.draw % len(ordinary_drum.tickets))::bigint]
    ) as hero_number
from places
cross join high_risk_drum
cross join ordinary_drum
order by all;

-- sample_mission_logs(…): one row per mission in the given seconds and parts (of 12), with the fields of its JSON
-- record.
create or replace temp macro sample_mission_logs(from_second, until_second, first_part, last_part) as table
with teams as (
    select
        sample_participations.mission_number,
        list(
            if(
                getvariable('dirt') and sample_participations.mission_number % 3 = 1,
                sample_heroes.hero_name,
                sample_heroes.hero_id
            )
            order by sample_heroes.hero_number
        ) as hero_ids
    from sample_participations
    inner join sample_heroes on sample_participations.hero_number = sample_heroes.hero_number
    group by sample_participations.mission_number
),

missions as (
    select *
    from sample_missions
    where
        mission_second >= from_second
        and mission_second < until_second
        and mission_number % 12 between first_part and last_part
),

reports as (
    select
        missions.*,
        teams.hero_ids,
        if(getvariable('dirt'), missions.mission_number, -1) as dice
    from missions
    inner join teams on missions.mission_number = teams.mission_number
)

select
    mission_number,
    mission_id,
    if(dice % 8 = 3, hero_ids || [null, ' '], hero_ids) as hero_ids,
    if(dice % 9 = 4, null, location) as location,
    strftime(
        timestamp '2025-01-01' + to_seconds(mission_second + if(dice >= 0, offset_minutes, 0) * 60), '%Y-%m-%dT%H:%M:%S'
    ) || if(dice >= 0, offset_text, 'Z') as "timestamp",
    outcome,
    if(
        dice % 10 = 6,
        null,
        {
            'structural_damage': structural_damage,
            'civilian_injuries': if(dice % 7 = 5, -1, civilian_injuries)
        }
    ) as damage_report
from reports;
