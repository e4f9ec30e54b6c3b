-- Conservation: readings in the landing zone = readings in the fact + rejected
-- readings. This test checks all stale loads and hours, hero by hero; a full
-- build is checked hour by hour. The task `reconcile` compares the totals, and
-- counts a part of history again in every run.

with

positions as (
    select * from {{ ref('int_positions') }}
),

stale_loads as (
    select * from {{ ref('int_stale_loads') }}
    where dataset = 'biometrics'
),

stale_hours as (
    select * from {{ ref('int_stale_hours') }}
    where has_readings
),

hidden_loads as (
    select * from {{ ref('int_hidden_loads') }}
),

hero_ids as (
    select * from {{ ref('int_hero_ids') }}
),

load_hours as (
    select * from {{ source('raw', 'load_hours') }}
),

readings_by_hour as (
    select * from {{ ref('readings_by_hour') }}
),

unbalanced_loads as (
    select
        'load ' || stale_loads.load_id || ' of '
        || stale_loads.object_key as subject,
        stale_loads.rows_in - stale_loads.rows_rejected as expected_readings,
        coalesce(sum(load_hours.reading_count), 0) as found_readings
    from stale_loads
    left join load_hours on stale_loads.load_id = load_hours.load_id
    group by
        stale_loads.load_id,
        stale_loads.object_key,
        stale_loads.rows_in,
        stale_loads.rows_rejected
    having
        stale_loads.rows_in - stale_loads.rows_rejected
        <> coalesce(sum(load_hours.reading_count), 0)
),

expected_hours as (
    select
        hero_ids.hero_id,
        load_hours.hour_at,
        sum(load_hours.reading_count) as readings
    from stale_hours
    inner join hero_ids on stale_hours.hero_id = hero_ids.hero_id
    inner join load_hours
        on
            hero_ids.spelled_hero_id = load_hours.hero_id
            and stale_hours.hour_at = load_hours.hour_at
    where
        not exists (
            select from hidden_loads
            where hidden_loads.load_id = load_hours.load_id
        )
    group by hero_ids.hero_id, load_hours.hour_at
),

unbalanced_hero_hours as (
    select
        stale_hours.hero_id || ' at ' || stale_hours.hour_at as subject,
        coalesce(expected_hours.readings, 0) as expected_readings,
        found.readings as found_readings
    from stale_hours
    left join expected_hours
        on
            stale_hours.hero_id = expected_hours.hero_id
            and stale_hours.hour_at = expected_hours.hour_at
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
    where
        -- A full build would look up all of history.
        (select positions.after_position from positions) > 0
        and coalesce(expected_hours.readings, 0) <> found.readings
),

unbalanced_hours as (
    select
        'hour ' || expected.hour_at as subject,
        expected.readings as expected_readings,
        coalesce(readings_by_hour.reading_count, 0) as found_readings
    from (
        select
            expected_hours.hour_at,
            sum(expected_hours.readings) as readings
        from expected_hours
        where (select positions.after_position from positions) = 0
        group by expected_hours.hour_at
    ) as expected
    left join readings_by_hour on expected.hour_at = readings_by_hour.hour_at
    where expected.readings is distinct from readings_by_hour.reading_count
),

final as (
    select * from unbalanced_loads
    union all
    select * from unbalanced_hero_hours
    union all
    select * from unbalanced_hours
)

select * from final
