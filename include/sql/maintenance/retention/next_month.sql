-- The end of the next month whose minutes leave raw: the first with readings behind the last one, within the horizon,
-- and within what no transformation reads: the horizon that the last finished one saw, and all since.
with marts as (
    select
        retentions.retention_id,
        retentions.horizon
    from raw.retentions
    where retentions.layer = 'marts'
),

applied as (
    select
        coalesce(
            (
                select transformations.retention_id
                from meta.transformations
                order by transformations.finished_at desc
                limit 1
            ),
            0
        ) as retention_id
),

bounds as (
    select
        coalesce(
            (
                select retentions.horizon
                from raw.retentions
                where retentions.layer = 'minutes'
                order by retentions.retention_id desc
                limit 1
            ),
            '-infinity'
        ) as dropped,
        least(
            %(horizon)s::timestamptz,
            coalesce(
                (
                    select min(marts.horizon)
                    from marts
                    where applied.retention_id > 0 and marts.retention_id >= applied.retention_id
                ),
                '-infinity'
            )
        ) as allowed
    from applied
)

select
    least(
        bounds.allowed,
        (
            select
                (date_trunc('month', load_hours.hour_at at time zone 'UTC') + interval '1 month')
                at time zone 'UTC' as until_at
            from raw.load_hours
            where load_hours.hour_at >= bounds.dropped
            order by load_hours.hour_at
            limit 1
        )
    ) as until
from bounds
where bounds.dropped < bounds.allowed;
