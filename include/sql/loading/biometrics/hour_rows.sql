-- The rows for raw.load_hours, with the column types of PostgreSQL's binary COPY. Minute 0 begins an hour in UTC, so an
-- hour is 60 consecutive minute numbers from a multiple of 60.
select
    claimed.load_id,
    minutes.hero_id,
    make_timestamptz(minutes.minute_number // 60 * 3600000000 - 62135596800000000) as hour_at,
    cast(sum(minutes.reading_count) as bigint) as reading_count
from minutes
inner join claimed on minutes.url = claimed.url
where minutes.reason is null
group by claimed.load_id, minutes.hero_id, hour_at
order by claimed.load_id, hour_at
