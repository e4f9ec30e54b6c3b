-- One row per hero and hour, among the given hours, whose readings in fact_biometrics are not those that the current
-- loads have brought.
with hours as (
    select distinct unnest(%(hours)s::timestamptz[]) as hour_at
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

-- Hours that follow one another. A span is one look into the fact table: many hours are read at once, and a few that
-- lie apart by the index. Joined with the hours themselves, the plan may read the whole table for each hour.
spans as (
    select unnest(range_agg(tstzrange(hour_at, hour_at + interval '1 hour'))) as minutes
    from hours
),

found as (
    select fact_biometrics.*
    from spans
    cross join lateral (
        select
            hero_id,
            date_trunc('hour', minute_at, 'UTC') as hour_at,
            sum(reading_count) as readings
        from marts.fact_biometrics
        where
            minute_at >= lower(spans.minutes)
            and minute_at < upper(spans.minutes)
        group by hero_id, hour_at
    ) as fact_biometrics
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
