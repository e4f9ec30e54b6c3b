-- Compares the loads since the last search with all current loads, and notes each pair that has readings of the same
-- hero in the same second. It costs what is new: it reads the minutes of the hours that a new load shares with another.
-- Nothing below a visible position becomes visible later, so each pair is compared, and once.
with bounds as materialized (
    select
        coalesce(max(overlap_searches.position), 0) as searched,
        (select max(loads.position) from raw.loads) as position
    from raw.overlap_searches
),

new_loads as materialized (
    select current_loads.load_id
    from raw.current_loads
    where current_loads.dataset = 'biometrics' and current_loads.position > (select bounds.searched from bounds)
),

new_hours as materialized (
    select distinct
        load_hours.hero_id,
        load_hours.hour_at
    from raw.load_hours
    where
        -- The index by block ranges knows a range of loads, but not a list of them.
        load_hours.load_id >= (select min(new_loads.load_id) from new_loads)
        and load_hours.load_id in (select new_loads.load_id from new_loads)
),

-- `offset 0`, here and below, keeps the planner from reading the whole table at once.
shared_hours as materialized (
    select
        current_loads.load_id,
        current_loads.position,
        of_the_hour.hero_id,
        hours.hour_at,
        count(*) over (partition by of_the_hour.hero_id, hours.hour_at) as loads_in_all
    from (select distinct touched.hour_at from new_hours as touched) as hours
    cross join lateral (
        select
            load_hours.load_id,
            load_hours.hero_id
        from raw.load_hours
        where load_hours.hour_at = hours.hour_at
        offset 0 -- noqa: AM09
    ) as of_the_hour
    inner join new_hours on hours.hour_at = new_hours.hour_at and of_the_hour.hero_id = new_hours.hero_id
    inner join raw.current_loads on of_the_hour.load_id = current_loads.load_id
),

ranges as (
    select unnest(range_agg(tstzrange(shared_hours.hour_at, shared_hours.hour_at + interval '1 hour'))) as minutes
    from shared_hours
    where shared_hours.loads_in_all > 1
),

shared_minutes as materialized (
    select
        shared_hours.load_id,
        shared_hours.position,
        of_the_range.hero_id,
        of_the_range.minute_at,
        of_the_range.seconds
    from ranges
    cross join lateral (
        select
            biometrics.load_id,
            biometrics.hero_id,
            biometrics.minute_at,
            biometrics.seconds
        from raw.biometrics
        where
            biometrics.minute_at >= lower(ranges.minutes)
            and biometrics.minute_at < upper(ranges.minutes)
            and biometrics.seconds is not null
        offset 0 -- noqa: AM09
    ) as of_the_range
    inner join shared_hours
        on
            of_the_range.load_id = shared_hours.load_id
            and of_the_range.hero_id = shared_hours.hero_id
            and date_bin('1 hour', of_the_range.minute_at, timestamptz '0001-01-01Z') = shared_hours.hour_at
    where shared_hours.loads_in_all > 1
),

found as (
    insert into raw.overlapping_loads (
        later_load_id, earlier_load_id, seconds, minutes, heroes, first_minute, last_minute
    )
    select
        later.load_id as later_load_id,
        earlier.load_id as earlier_load_id,
        sum(bit_count((later.seconds & earlier.seconds)::bit(64))),
        count(*),
        count(distinct later.hero_id),
        min(later.minute_at),
        max(later.minute_at)
    from shared_minutes as later
    inner join shared_minutes as earlier
        on
            later.hero_id = earlier.hero_id
            and later.minute_at = earlier.minute_at
            and later.position > earlier.position
    where
        later.position > (select bounds.searched from bounds)
        and later.seconds & earlier.seconds <> 0
    group by later.load_id, earlier.load_id
    on conflict (later_load_id, earlier_load_id) do nothing
    returning later_load_id, earlier_load_id, seconds
),

noted as (
    insert into raw.overlap_searches (position)
    select bounds.position from bounds
    where bounds.position > bounds.searched
    on conflict do nothing
)

select
    found.seconds,
    later.landing_zone,
    later.object_key,
    earlier.landing_zone as earlier_landing_zone,
    earlier.object_key as earlier_object_key
from found
inner join raw.loads as later on found.later_load_id = later.load_id
inner join raw.loads as earlier on found.earlier_load_id = earlier.load_id
order by later.load_id, earlier.load_id;
