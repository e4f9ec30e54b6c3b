-- The values of fact_biometrics that are not what merging stg_biometrics gives: their number, and the first of them.
-- Each run compares the hours that were compared longest ago, up to 4 million readings: 67,000 minutes of a hero, 0.4 s
-- on two cores shared with others. So a year of a hundred heroes passes by in 790 runs. An hour with a difference stays
-- the first in turn until it is mended.
--
-- Loads behind the last transformation are hidden, and so are those that superseded others since: stg_biometrics is
-- what the fact was made from, whatever has been committed meanwhile.
-- The planner expects a hundred times as many rows: it would compile the query, for longer than it runs.
set local jit = off;
set local work_mem = '64MB';

with account as (
    select
        readings_by_hour.hour_at,
        sum(readings_by_hour.reading_count) over by_turn as readings_until_here,
        row_number() over by_turn as place
    from operations.readings_by_hour
    window by_turn as (order by readings_by_hour.compared_at, readings_by_hour.hour_at)
),

hours as materialized (
    select account.hour_at
    from account
    where account.readings_until_here <= 4000000 or account.place = 1
),

spans as (
    select unnest(range_agg(tstzrange(hours.hour_at, hours.hour_at + interval '1 hour'))) as minutes
    from hours
),

expected as (
    select of_the_span.*
    from spans
    cross join lateral (
        select
            int_hero_ids.hero_id,
            biometrics.minute_at,
            sum(biometrics.reading_count) as reading_count,
            raw.mean_of(
                sum(raw.addend(biometrics.heart_rate_sum)),
                sum(biometrics.heart_rate_count),
                max(biometrics.heart_rate_max)
            ) as heart_rate,
            min(biometrics.heart_rate_min) as heart_rate_min,
            max(biometrics.heart_rate_max) as heart_rate_max,
            raw.mean_of(
                sum(raw.addend(biometrics.stress_level_sum)),
                sum(biometrics.stress_level_count),
                max(biometrics.stress_level_max)
            ) as stress_level,
            min(biometrics.stress_level_min) as stress_level_min,
            max(biometrics.stress_level_max) as stress_level_max,
            raw.mean_of(
                sum(raw.addend(biometrics.energy_output_sum)),
                sum(biometrics.energy_output_count),
                max(biometrics.energy_output_max)
            ) as energy_output,
            min(biometrics.energy_output_min) as energy_output_min,
            max(biometrics.energy_output_max) as energy_output_max
        from (
            select stg_biometrics.*
            from staging.stg_biometrics
            where
                stg_biometrics.minute_at >= lower(spans.minutes)
                and stg_biometrics.minute_at < upper(spans.minutes)
            offset 0 -- noqa: AM09
        ) as biometrics
        inner join staging.int_hero_ids on biometrics.hero_id = int_hero_ids.spelled_hero_id
        group by int_hero_ids.hero_id, biometrics.minute_at
    ) as of_the_span
),

found as (
    select of_the_span.*
    from spans
    cross join lateral (
        select
            fact_biometrics.hero_id,
            fact_biometrics.minute_at,
            fact_biometrics.reading_count,
            fact_biometrics.heart_rate,
            fact_biometrics.heart_rate_min,
            fact_biometrics.heart_rate_max,
            fact_biometrics.stress_level,
            fact_biometrics.stress_level_min,
            fact_biometrics.stress_level_max,
            fact_biometrics.energy_output,
            fact_biometrics.energy_output_min,
            fact_biometrics.energy_output_max
        from marts.fact_biometrics
        where
            fact_biometrics.minute_at >= lower(spans.minutes)
            and fact_biometrics.minute_at < upper(spans.minutes)
        offset 0 -- noqa: AM09
    ) as of_the_span
),

-- The order of a sum may differ, so a double is compared with a tolerance. Numbers of any size and sign can be
-- subtracted and multiplied as numeric; few are: most minutes are the same.
unequal as materialized (
    select
        coalesce(expected.hero_id, found.hero_id) as hero_id,
        coalesce(expected.minute_at, found.minute_at) as minute_at,
        pairs.measure,
        pairs.expected_value,
        pairs.found_value
    from expected
    full join found on expected.hero_id = found.hero_id and expected.minute_at = found.minute_at
    cross join lateral (
        values
        ('reading_count', expected.reading_count, found.reading_count),
        ('heart_rate', expected.heart_rate, found.heart_rate),
        ('heart_rate_min', expected.heart_rate_min, found.heart_rate_min),
        ('heart_rate_max', expected.heart_rate_max, found.heart_rate_max),
        ('stress_level', expected.stress_level, found.stress_level),
        ('stress_level_min', expected.stress_level_min, found.stress_level_min),
        ('stress_level_max', expected.stress_level_max, found.stress_level_max),
        ('energy_output', expected.energy_output, found.energy_output),
        ('energy_output_min', expected.energy_output_min, found.energy_output_min),
        ('energy_output_max', expected.energy_output_max, found.energy_output_max)
    ) as pairs (measure, expected_value, found_value)
    where
        expected.* is distinct from found.*
        and pairs.expected_value is distinct from pairs.found_value
        and coalesce(
            abs(pairs.found_value::numeric - pairs.expected_value::numeric) > pairs.expected_value::numeric * 1e-9,
            true
        )
),

compared as (
    update operations.readings_by_hour
    set compared_at = clock_timestamp()
    where
        readings_by_hour.hour_at in (
            select hours.hour_at from hours
            except
            select raw.hour_of(unequal.minute_at) from unequal
        )
)

select
    unequal.hero_id,
    unequal.minute_at,
    unequal.measure,
    coalesce(unequal.expected_value::text, 'null') as expected_value,
    coalesce(unequal.found_value::text, 'null') as found_value,
    count(*) over () as values_in_all
from unequal
order by unequal.minute_at, unequal.hero_id, unequal.measure
limit 1;
