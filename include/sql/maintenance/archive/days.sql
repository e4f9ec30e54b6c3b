-- The days in UTC of the minutes and instants before a horizon, by table.
select
    'biometrics' as table_name,
    (biometrics.minute_at at time zone 'UTC')::date as day
from raw.biometrics
where biometrics.minute_at < %(until)s
group by day
union all
select
    'instants' as table_name,
    (instants.minute_at at time zone 'UTC')::date as day
from raw.instants
where instants.minute_at < %(until)s
group by day
order by table_name, day;
