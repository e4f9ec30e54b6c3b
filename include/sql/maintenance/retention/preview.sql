-- What is older than the horizons.
with given as (
    select
        %(marts)s::timestamptz as marts,
        %(minutes)s::timestamptz as minutes,
        %(superseded)s::timestamptz as superseded,
        %(quarantine)s::timestamptz as quarantine
),

present as (
    select
        coalesce(
            (
                select retentions.horizon
                from raw.retentions
                where retentions.layer = 'marts'
                order by retentions.retention_id desc
                limit 1
            ),
            '-infinity'
        ) as marts,
        coalesce(
            (
                select retentions.horizon
                from raw.retentions
                where retentions.layer = 'minutes'
                order by retentions.retention_id desc
                limit 1
            ),
            '-infinity'
        ) as minutes,
        coalesce(
            (
                select max(retentions.position)
                from raw.retentions
                where retentions.layer = 'superseded'
            ),
            0
        ) as position
),

leaving_marts as (
    select coalesce(sum(load_hours.reading_count), 0)::bigint as readings
    from raw.load_hours
    inner join raw.current_loads on load_hours.load_id = current_loads.load_id
    where
        load_hours.hour_at >= (select present.marts from present)
        and load_hours.hour_at < (select given.marts from given)
),

leaving_raw as (
    select coalesce(sum(load_hours.reading_count), 0)::bigint as readings
    from raw.load_hours
    where
        load_hours.hour_at >= (select present.minutes from present)
        and load_hours.hour_at < (select given.minutes from given)
),

superseded as (
    select count(*) as loads
    from raw.loads as successors
    where
        successors.supersedes is not null
        and successors.position > (select present.position from present)
        and successors.loaded_at < (select given.superseded from given)
),

quarantine as (
    select count(*) as files
    from (
        select rejections.quarantine_key
        from raw.rejections
        inner join raw.loads on rejections.load_id = loads.load_id
        where rejections.quarantine_key is not null
        group by rejections.quarantine_key
        having max(loads.loaded_at) < (select given.quarantine from given)
    ) as files
)

select
    leaving_marts.readings as readings_in_marts,
    leaving_raw.readings as readings_in_raw,
    superseded.loads as superseded_loads,
    quarantine.files as quarantine_files
from leaving_marts
cross join leaving_raw
cross join superseded
cross join quarantine;
