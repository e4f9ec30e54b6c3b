-- One row per hero and hour, among the given hours, whose readings in fact_biometrics are not those that the current
-- loads have brought.
with hours as (
    select unnest(%(hours)s::timestamptz[]) as hour_at
),

expected as (
    select
        int_hero_ids.hero_id,
        load_hours.hour_at,
        sum(load_hours.reading_count) as readings
    from hours
    inner join raw.load_hours on hours.hour_at = load_hours.hour_at
    inner join staging.int_hero_ids on load_hours.hero_id = int_hero_ids.spelled_hero_id
    where
        load_hours.hour_at >= (select max(int_positions.horizon) from staging.int_positions)
        and not exists (
            select from staging.int_hidden_loads
            where int_hidden_loads.load_id = load_hours.load_id
        )
    group by int_hero_ids.hero_id, load_hours.hour_at
),

found as (
    select
        fact_biometrics.hero_id,
        hours.hour_at,
        sum(fact_biometrics.reading_count) as readings
    from hours
    cross join lateral (
        select
            fact_biometrics.hero_id,
            fact_biometrics.reading_count
        from marts.fact_biometrics
        where
            fact_biometrics.minute_at >= hours.hour_at
            and fact_biometrics.minute_at < hours.hour_at + interval '1 hour'
    ) as fact_biometrics
    group by fact_biometrics.hero_id, hours.hour_at
)

select
    coalesce(expected.hero_id, found.hero_id) as hero_id,
    coalesce(expected.hour_at, found.hour_at) as hour_at,
    coalesce(expected.readings, 0)::bigint as expected_readings,
    coalesce(found.readings, 0)::bigint as found_readings
from expected
full join found on expected.hero_id = found.hero_id and expected.hour_at = found.hour_at
where expected.readings is distinct from found.readings
order by hour_at, hero_id;
