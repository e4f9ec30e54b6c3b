-- The days, in UTC, of the accepted minutes.
select make_date(cast(days.number - 719162 as integer)) as day
from (
    select distinct minutes.minute_number // 1440 as number
    from minutes
    where minutes.reason is null
) as days
