-- Adds the next horizon of the marts, unless it is the present one: at most so many months with readings further. It
-- goes back no further than raw has minutes.
with recursive settled as (
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
        ) as present,
        greatest(
            coalesce(%(horizon)s::timestamptz, '-infinity'),
            (
                select retentions.horizon
                from raw.retentions
                where retentions.layer = 'minutes'
                order by retentions.retention_id desc
                limit 1
            )
        ) as wanted
),

-- The ends of the months with readings behind the present horizon, one index look-up each.
months as (
    select
        settled.present as until_at,
        0 as number
    from settled
    union all
    select
        (date_trunc('month', next_hour.hour_at at time zone 'UTC') + interval '1 month') at time zone 'UTC' as until_at,
        months.number + 1 as number
    from months
    cross join settled
    cross join lateral (
        select load_hours.hour_at
        from raw.load_hours
        where load_hours.hour_at >= months.until_at
        order by load_hours.hour_at
        limit 1
    ) as next_hour
    where months.number < %(months)s and months.until_at < settled.wanted
)

insert into raw.retentions (layer, dag_run_id, horizon)
select
    'marts' as layer,
    %(dag_run_id)s,
    next.horizon
from (
    select
        settled.present,
        least(
            settled.wanted,
            (
                select months.until_at
                from months
                where months.number = %(months)s
            )
        ) as horizon
    from settled
) as next
where next.horizon <> next.present
-- The last row holds: a run that is cleared may find that another one has moved the horizon meanwhile.
on conflict (dag_run_id, layer, horizon) do update
set retention_id = default
returning retentions.horizon::text as horizon;
