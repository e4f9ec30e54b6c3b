{{ config(unique_key=['hero_id', 'hour_at']) }}

with

loads as (
    select * from {{ ref('int_stale_loads') }}
),

positions as (
    select * from {{ ref('int_positions') }}
),

stale_missions as (
    select * from {{ ref('int_stale_missions') }}
),

-- CTEs that are read twice would be materialized: all of history.
mission_records as not materialized (
    select * from {{ ref('int_mission_records') }}
),

load_hours as not materialized (
    select * from {{ source('raw', 'load_hours') }}
),

hero_ids as (
    select * from {{ ref('int_hero_ids') }}
),

touched_hours as (
    select
        load_hours.hero_id,
        load_hours.hour_at
    from loads
    inner join load_hours on loads.load_id = load_hours.load_id

    union

    -- The horizon of the retention has gone back: they are shown again.
    select
        shown_hours.hero_id,
        shown_hours.hour_at
    from positions
    cross join lateral (
        select
            load_hours.hero_id,
            load_hours.hour_at
        from load_hours
        where
            load_hours.hour_at
            >= greatest(positions.stale_from, positions.horizon)
            and load_hours.hour_at < positions.stale_until
        offset 0
    ) as shown_hours
),

-- A hero that no current load names any more has no id. The hours are stale
-- all the same: their readings are gone.
reading_hours as (
    select distinct
        coalesce(hero_ids.hero_id, touched_hours.hero_id) as hero_id,
        touched_hours.hour_at
    from touched_hours
    left join hero_ids
        on touched_hours.hero_id = hero_ids.spelled_hero_id
),

stale_mission_records as (
    select mission_records.*
    from stale_missions
    inner join mission_records
        on stale_missions.mission_id = mission_records.mission_id

    union all

    -- The horizon of the retention has passed them: their readings leave as a
    -- whole, hours unnamed, and a row without readings takes their place.
    select mission_records.*
    from positions
    cross join lateral (
        select distinct passed.mission_id
        from mission_records as passed
        where
            {{ mission_until('passed.mission_at') }} > positions.stale_from
            and {{ mission_from('passed.mission_at') }} < positions.horizon
        offset 0
    ) as passed
    inner join mission_records on passed.mission_id = mission_records.mission_id
    where positions.stale_from < least(positions.stale_until, positions.horizon)
),

crews as (
    select distinct
        mission_id,
        unnest(hero_ids) as spelled_hero_id
    from stale_mission_records
),

windows as (
    select distinct
        mission_id,
        {{ mission_from('mission_at') }} as from_minute,
        {{ mission_until('mission_at') }} as until_minute
    from stale_mission_records
),

-- Whatever a stale mission covers, or covered: all of its records count, and a
-- mission may have its crew from one of them and its time from another.
mission_windows as (
    select
        crews.spelled_hero_id,
        windows.from_minute,
        windows.until_minute
    from crews
    inner join windows on crews.mission_id = windows.mission_id
),

all_hours as (
    select
        hero_id,
        hour_at,
        true as has_readings
    from reading_hours

    union all

    -- A mission's row without readings is at its first minute: a reading may
    -- remove it that comes later in the mission.
    select
        reading_hours.hero_id,
        generate_series(
            date_trunc(
                'hour',
                reading_hours.hour_at
                - interval '{{ mission_duration() | int - 1 }} minutes',
                'UTC'
            ),
            reading_hours.hour_at - interval '1 hour',
            interval '1 hour'
        ) as hour_at,
        false as has_readings
    from reading_hours

    union all

    select
        hero_ids.hero_id,
        generate_series(
            date_trunc('hour', mission_windows.from_minute, 'UTC'),
            mission_windows.until_minute - interval '1 minute',
            interval '1 hour'
        ) as hour_at,
        false as has_readings
    from mission_windows
    inner join hero_ids
        on mission_windows.spelled_hero_id = hero_ids.spelled_hero_id
),

final as (
    select
        hero_id,
        hour_at,
        bool_or(has_readings) as has_readings
    from all_hours
    group by hero_id, hour_at
)

select * from final
