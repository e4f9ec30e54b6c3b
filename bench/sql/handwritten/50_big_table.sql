-- One row per hero, minute and mission that the hero was on in that minute. A participation without a reading in the
-- mission's minute has one row, too.
set local work_mem = '64MB';
set local maintenance_work_mem = '64MB';

select meta.create_in_months(
    'handwritten.obt_cerebro_restored',
    'timestamp',
    $query$
        with participations as (
            select
                bridge_mission_heroes.hero_id,
                date_trunc('minute', dim_missions.mission_at, 'UTC') as minute_at,
                dim_missions.*
            from handwritten.bridge_mission_heroes
            inner join handwritten.dim_missions on bridge_mission_heroes.mission_id = dim_missions.mission_id
        )

        select
            coalesce(fact_biometrics.minute_at, participations.minute_at) as timestamp,
            dim_heroes.hero_id,
            dim_heroes.hero_name,
            dim_heroes.alter_ego,
            participations.mission_id,
            participations.location as mission_location,
            participations.outcome as mission_outcome,
            participations.structural_damage,
            participations.civilian_injuries,
            participations.is_high_risk,
            fact_biometrics.reading_count,
            fact_biometrics.heart_rate,
            fact_biometrics.stress_level,
            fact_biometrics.energy_output,
            fact_biometrics.heart_rate_min,
            fact_biometrics.heart_rate_max,
            fact_biometrics.stress_level_min,
            fact_biometrics.stress_level_max,
            fact_biometrics.energy_output_min,
            fact_biometrics.energy_output_max
        from handwritten.fact_biometrics
        full join participations
            on
                fact_biometrics.hero_id = participations.hero_id
                and fact_biometrics.minute_at = participations.minute_at
        inner join handwritten.dim_heroes
            on coalesce(fact_biometrics.hero_id, participations.hero_id) = dim_heroes.hero_id
    $query$,
    meta.months_of('handwritten.fact_biometrics', 'minute_at')
    || meta.months_of('handwritten.dim_missions', 'mission_at')
);

alter table handwritten.obt_cerebro_restored
add unique nulls not distinct (hero_id, timestamp, mission_id),
add foreign key (hero_id) references handwritten.dim_heroes (hero_id),
alter column timestamp set not null,
alter column hero_id set not null,
alter column hero_name set not null,
add check (structural_damage >= 0),
add check (civilian_injuries >= 0),
add check (reading_count > 0),
add check (heart_rate between 0 and 300),
add check (heart_rate_min between 0 and 300),
add check (heart_rate_max between 0 and 300),
add check (stress_level >= 0),
add check (stress_level_min >= 0),
add check (stress_level_max >= 0),
add check (energy_output >= 0),
add check (energy_output_min >= 0),
add check (energy_output_max >= 0);

create index on handwritten.obt_cerebro_restored (mission_id) where mission_id is not null;
create index on handwritten.obt_cerebro_restored (mission_outcome) where mission_outcome is not null;
create index on handwritten.obt_cerebro_restored (structural_damage) where structural_damage is not null;

analyze handwritten.obt_cerebro_restored;
