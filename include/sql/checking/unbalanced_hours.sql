-- Counts again the hours of fact_biometrics that were checked longest ago, up to 10 million readings, so that readings
-- that a change by hand added or took away are found. A year of a hundred heroes passes by in 316 runs. A run's part
-- takes 0.25 s on two cores shared with others. The counts go to the account. Returns one row per hero and hour whose
-- readings are not those that the current loads have brought. Such an hour stays the first in turn until it is mended.
-- The planner expects a hundred times as many rows: it would compile the query, for longer than it runs.
set local jit = off;
set local work_mem = '64MB';

with account as (
    select
        readings_by_hour.hour_at,
        case
            when lag(readings_by_hour.hour_at) over by_hour is null then '-infinity'
            else readings_by_hour.hour_at
        end as from_minute,
        coalesce(lead(readings_by_hour.hour_at) over by_hour, 'infinity') as until_minute,
        sum(readings_by_hour.reading_count) over by_turn as readings_until_here,
        row_number() over by_turn as place
    from operations.readings_by_hour
    window
        by_hour as (order by readings_by_hour.hour_at),
        by_turn as (order by readings_by_hour.checked_at, readings_by_hour.hour_at)
),

hours as materialized (
    select
        account.hour_at,
        account.from_minute,
        account.until_minute
    from account
    where account.readings_until_here <= 10000000 or account.place = 1
),

-- Hours that follow one another, with what is between them and the next hour of the account, where nothing should be. A
-- span is one look into the fact table: many hours are read at once, and a few that lie apart by the index. By the hour
-- a page of a day would be read 24 times, and joined with the hours themselves for each of them.
spans as (
    select unnest(range_agg(tstzrange(hours.from_minute, hours.until_minute))) as minutes
    from hours
),

found as materialized (
    select of_the_span.*
    from spans
    cross join lateral (
        select
            fact_biometrics.hero_id,
            raw.hour_of(fact_biometrics.minute_at) as hour_at,
            sum(fact_biometrics.reading_count)::bigint as readings
        from marts.fact_biometrics
        where
            fact_biometrics.minute_at >= lower(spans.minutes)
            and fact_biometrics.minute_at < upper(spans.minutes)
        group by fact_biometrics.hero_id, raw.hour_of(fact_biometrics.minute_at)
    ) as of_the_span
),

loaded as (
    select of_the_span.*
    from spans
    cross join lateral (
        select load_hours.*
        from raw.load_hours
        where
            load_hours.hour_at >= lower(spans.minutes)
            and load_hours.hour_at < upper(spans.minutes)
            and load_hours.hour_at >= (select max(int_positions.horizon) from staging.int_positions)
        offset 0 -- noqa: AM09
    ) as of_the_span
    where
        not exists (
            select from staging.int_hidden_loads
            where int_hidden_loads.load_id = of_the_span.load_id
        )
),

unbalanced as materialized (
    select
        counts.hero_id,
        counts.hour_at,
        sum(counts.expected_readings)::bigint as expected_readings,
        sum(counts.found_readings)::bigint as found_readings
    from (
        select
            int_hero_ids.hero_id,
            loaded.hour_at,
            loaded.reading_count as expected_readings,
            0 as found_readings
        from loaded
        inner join staging.int_hero_ids on loaded.hero_id = int_hero_ids.spelled_hero_id
        union all
        select
            found.hero_id,
            found.hour_at,
            0 as expected_readings,
            found.readings as found_readings
        from found
    ) as counts
    group by counts.hero_id, counts.hour_at
    having sum(counts.expected_readings) <> sum(counts.found_readings)
),

-- An hour without a row gets one, whose measures are compared next.
recounted as (
    insert into operations.readings_by_hour as readings_by_hour (hour_at, reading_count, checked_at, compared_at)
    select
        coalesce(hours.hour_at, found_hours.hour_at) as hour_at,
        coalesce(found_hours.readings, 0) as reading_count,
        clock_timestamp() as checked_at,
        '-infinity' as compared_at
    from hours
    full join (
        select
            found.hour_at,
            sum(found.readings)::bigint as readings
        from found
        group by found.hour_at
    ) as found_hours on hours.hour_at = found_hours.hour_at
    on conflict (hour_at) do update
    set
        reading_count = excluded.reading_count,
        checked_at = case
            when excluded.hour_at in (select unbalanced.hour_at from unbalanced) then readings_by_hour.checked_at
            else excluded.checked_at
        end
)

select
    unbalanced.hero_id,
    unbalanced.hour_at,
    unbalanced.expected_readings,
    unbalanced.found_readings
from unbalanced
order by unbalanced.hour_at, unbalanced.hero_id;
