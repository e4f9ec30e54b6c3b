-- Conservation: readings in the landing zone = readings in the fact + rejected
-- ones + those of heroes who were forgotten + those before the horizon of the
-- retention, which load_hours keeps. This test checks all stale loads and
-- hours, hero by hero; a full build is checked load by load and hour by hour.
-- The task `reconcile` compares the totals, and counts a part of history again
-- in every run.

with

positions as (
    select
        *,
        after_position = 0 as is_full_build
    from {{ ref('int_positions') }}
),

loads as (
    select * from {{ source('raw', 'loads') }}
    where dataset = 'biometrics' and status = 'loaded'
),

stale_loads as (
    select * from {{ ref('int_stale_loads') }}
    where dataset = 'biometrics'
),

stale_hours as (
    select * from {{ ref('int_stale_hours') }}
    where has_readings
),

-- CTEs that are read twice would be materialized: all of history.
hidden_loads as not materialized (
    select * from {{ ref('int_hidden_loads') }}
),

hero_ids as (
    select * from {{ ref('int_hero_ids') }}
),

load_hours as not materialized (
    select * from {{ source('raw', 'load_hours') }}
),

erased as not materialized (
    select
        load_id,
        sum(rows) as readings
    from {{ source('raw', 'erased_rows') }}
    group by load_id
),

readings_by_hour as (
    select * from {{ ref('readings_by_hour') }}
),

-- A run with new loads: `offset 0` has PostgreSQL look up what is stale instead
-- of all of history.
readings_of_stale_loads as (
    select
        stale_loads.load_id,
        stale_loads.rows_in - stale_loads.rows_rejected
        - coalesce(erased.readings, 0) as expected_readings,
        found.readings as found_readings
    from stale_loads
    left join erased on stale_loads.load_id = erased.load_id
    cross join lateral (
        select coalesce(sum(load_hours.reading_count), 0) as readings
        from load_hours
        where load_hours.load_id = stale_loads.load_id
        offset 0
    ) as found
),

expected_hero_hours as (
    select
        hero_ids.hero_id,
        hours.hour_at,
        sum(hours.reading_count) as readings
    from (select distinct stale_hours.hour_at from stale_hours) as stale
    cross join lateral (
        select load_hours.*
        from load_hours
        where
            load_hours.hour_at = stale.hour_at
            and load_hours.hour_at >= (
                select positions.horizon from positions
            )
            and not exists (
                select from hidden_loads
                where hidden_loads.load_id = load_hours.load_id
            )
        offset 0
    ) as hours
    inner join hero_ids on hours.hero_id = hero_ids.spelled_hero_id
    group by hero_ids.hero_id, hours.hour_at
),

readings_of_stale_hours as (
    select
        stale_hours.hero_id,
        stale_hours.hour_at,
        coalesce(expected_hero_hours.readings, 0) as expected_readings,
        found.readings as found_readings
    from stale_hours
    left join expected_hero_hours
        on
            stale_hours.hero_id = expected_hero_hours.hero_id
            and stale_hours.hour_at = expected_hero_hours.hour_at
    cross join lateral (
        select coalesce(sum(fact_biometrics.reading_count), 0) as readings
        from {{ ref('fact_biometrics') }} as fact_biometrics
        where
            fact_biometrics.hero_id = stale_hours.hero_id
            and fact_biometrics.minute_at >= stale_hours.hour_at
            and fact_biometrics.minute_at
            < stale_hours.hour_at + interval '1 hour'
        offset 0
    ) as found
),

-- A full build.
readings_of_loads as (
    select
        loads.load_id,
        loads.rows_in - loads.rows_rejected
        - coalesce(erased.readings, 0) as expected_readings,
        coalesce(found.readings, 0) as found_readings
    from loads
    left join erased on loads.load_id = erased.load_id
    left join (
        select
            load_hours.load_id,
            sum(load_hours.reading_count) as readings
        from load_hours
        group by load_hours.load_id
    ) as found on loads.load_id = found.load_id
    where loads.position <= (select positions.until_position from positions)
),

readings_of_hours as (
    select
        coalesce(expected.hour_at, readings_by_hour.hour_at) as hour_at,
        coalesce(expected.readings, 0) as expected_readings,
        coalesce(readings_by_hour.reading_count, 0) as found_readings
    from (
        select
            load_hours.hour_at,
            sum(load_hours.reading_count) as readings
        from load_hours
        where
            load_hours.hour_at >= (select positions.horizon from positions)
            and not exists (
                select from hidden_loads
                where hidden_loads.load_id = load_hours.load_id
            )
        group by load_hours.hour_at
    ) as expected
    full join readings_by_hour on expected.hour_at = readings_by_hour.hour_at
),

-- They leave as a whole, not by the hour: of a month in a partition of its own
-- nothing is read.
readings_before_the_horizon as (
    select coalesce(sum(fact_biometrics.reading_count), 0) as found_readings
    from {{ ref('fact_biometrics') }} as fact_biometrics
    where
        fact_biometrics.minute_at < (select positions.horizon from positions)
),

checks as (
    select
        'before the horizon' as subject,
        0 as expected_readings,
        found_readings
    from readings_before_the_horizon

    union all

    select
        'load ' || load_id as subject,
        expected_readings,
        found_readings
    from readings_of_stale_loads
    where not (select positions.is_full_build from positions)

    union all

    select
        hero_id || ' at ' || hour_at as subject,
        expected_readings,
        found_readings
    from readings_of_stale_hours
    where not (select positions.is_full_build from positions)

    union all

    select
        'load ' || load_id as subject,
        expected_readings,
        found_readings
    from readings_of_loads
    where (select positions.is_full_build from positions)

    union all

    select
        'hour ' || hour_at as subject,
        expected_readings,
        found_readings
    from readings_of_hours
    where (select positions.is_full_build from positions)
),

final as (
    select * from checks
    where expected_readings <> found_readings
)

select * from final
