-- The steps of the retention that are to come back to raw, the last one first: those up to the present horizon of the
-- minutes that have readings from an instant on. A step without any file had nothing, or no archive.
with given as (
    select coalesce(%(first)s::timestamptz, '-infinity') as first_at
),

steps as (
    select
        retentions.horizon,
        max(retentions.rows) as rows
    from raw.retentions
    where retentions.layer = 'minutes' and isfinite(retentions.horizon)
    group by retentions.horizon
),

files as (
    select
        archive_files.horizon,
        count(*) filter (where archive_files.restored_at is null) as files,
        coalesce(
            sum(archive_files.rows) filter (
                where archive_files.restored_at is null and archive_files.table_name = 'biometrics'
            ),
            0
        )::bigint as minutes
    from meta.archive_files
    group by archive_files.horizon
)

select
    steps.horizon,
    coalesce(
        (
            select max(earlier.horizon)
            from steps as earlier
            where earlier.horizon < steps.horizon
        ),
        '-infinity'
    )::text as before,
    coalesce(files.files, 0) as files,
    coalesce(files.minutes, 0) as minutes,
    files.horizon is null and steps.rows > 0 as is_lost
from steps
left join files on steps.horizon = files.horizon
where
    steps.horizon > (select given.first_at from given)
    and steps.horizon <= (
        select retentions.horizon
        from raw.retentions
        where retentions.layer = 'minutes'
        order by retentions.retention_id desc
        limit 1
    )
order by steps.horizon desc;
