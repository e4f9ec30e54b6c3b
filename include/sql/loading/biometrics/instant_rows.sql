-- The rows for raw.instants, with the column types of PostgreSQL's binary COPY. Lists
-- that are ordered as they are made do not fit into memory (45 million instants; sorted afterwards, 250 MB).
select
    claimed.load_id,
    instants.hero_id,
    make_timestamptz(instants.instant_us // 3600000000 * 3600000000 - 62135596800000000) as hour_at,
    make_timestamptz(instants.instant_us // 60000000 * 60000000 - 62135596800000000) as minute_at,
    list_sort(list(cast(instants.instant_us % 60000000 as integer))) as offsets
from instants
inner join claimed on instants.url = claimed.url
anti join repeats on instants.url = repeats.url and instants.row_number = repeats.row_number
group by claimed.load_id, instants.hero_id, hour_at, minute_at
order by claimed.load_id, instants.hero_id, minute_at
