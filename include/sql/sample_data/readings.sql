-- sample_readings(from_second, until_second): the true readings, one row per hero and second.
-- Heart rate, stress and energy follow the time of day and rise around a mission. All noise comes from the bits of one
-- hash per reading, so the same parameters give the same reading, independent of the range of hours and of the number
-- of threads.
create or replace temp macro sample_readings(from_second, until_second) as table
with exertions as (
    select
        hero_number,
        minute,
        max(exp(-abs(minute - mission_minute) / 10)) as exertion,
        max(if(is_high_risk, 1.3, 1.0) * exp(-abs(minute - mission_minute) / 10)) as energy_exertion
    from (
        select
            hero_number,
            mission_minute,
            is_high_risk,
            unnest(range(mission_minute - 30, mission_minute + 31)) as minute
        from sample_participations
        where mission_minute between from_second // 60 - 31 and until_second // 60 + 31
    ) as around_missions
    group by hero_number, minute
),

-- Values that are constant within a minute are calculated once a minute.
minutes as (
    select
        sample_heroes.hero_number,
        sample_heroes.hero_id,
        sample_heroes.hero_name,
        clock.minute,
        sin(2 * pi() * (clock.minute % 1440 - 480) / 1440) as daylight,
        coalesce(exertions.exertion, 0) as effort,
        sample_heroes.resting_rate + 8 * daylight + 75 * effort as heart_rate,
        22 + 9 * daylight + 55 * effort as stress_level,
        sample_heroes.calm_energy * (1 + 0.2 * daylight)
        + sample_heroes.mission_energy * coalesce(exertions.energy_exertion, 0) as energy_output
    from sample_heroes
    cross join (
        select unnest(range(from_second // 60, (until_second + 59) // 60)) as minute
    ) as clock
    left join exertions
        on sample_heroes.hero_number = exertions.hero_number and clock.minute = exertions.minute
),

seconds as (
    select
        minutes.*,
        minutes.minute * 60 + second_of_minute.range as second,
        hash(getvariable('seed'), minutes.hero_number, second) as noise,
        -- 0 to 9999: decides whether a reading is dirty, and how (sensors.sql).
        hash(noise) % 10000 as dice,
        -- 0 to 59: decides which object of its hour delivers the reading (layout_biometrics.sql).
        hash(noise, 'part') % 60 as part
    from minutes
    cross join range(60) as second_of_minute
)

select
    hero_number,
    hero_id,
    hero_name,
    second,
    dice,
    part,
    noise,
    timestamp '2025-01-01' + to_microseconds(second * 1000000 + (noise % 1000)::bigint * 1000) as "timestamp",
    round(heart_rate + 6 * ((noise >> 10 & 1023) + (noise >> 20 & 1023)) / 1023 - 6, 1) as heart_rate,
    round(greatest(0, stress_level + 8 * ((noise >> 30 & 1023) + (noise >> 40 & 1023)) / 1023 - 8), 1) as stress_level,
    round(energy_output * (0.95 + 0.1 * (noise >> 50 & 1023) / 1023), 2) as energy_output
from seconds
where second >= from_second and second < until_second;
