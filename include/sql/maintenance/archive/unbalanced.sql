-- Loads in force whose minutes of a step, between the horizon before it and its own, are not those that the account of
-- their hours counts.
with hours as (
    select
        load_hours.load_id,
        sum(load_hours.reading_count)::bigint as readings
    from raw.load_hours
    where load_hours.hour_at >= %(before)s::timestamptz and load_hours.hour_at < %(horizon)s
    group by load_hours.load_id
),

minutes as (
    select
        biometrics.load_id,
        sum(biometrics.reading_count)::bigint as readings
    from raw.biometrics
    where biometrics.minute_at >= %(before)s::timestamptz and biometrics.minute_at < %(horizon)s
    group by biometrics.load_id
)

select
    current_loads.landing_zone,
    current_loads.object_key,
    coalesce(hours.readings, 0) as expected,
    coalesce(minutes.readings, 0) as found
from hours
full join minutes on hours.load_id = minutes.load_id
inner join raw.current_loads on coalesce(hours.load_id, minutes.load_id) = current_loads.load_id
where hours.readings is distinct from minutes.readings
order by current_loads.load_id;
