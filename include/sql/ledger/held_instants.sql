-- The instants that loads in force in a landing zone hold in some hours of a hero, without the loads of some keys, which
-- are about to be superseded: load, hero, and microseconds since the year 1.
copy (
    select
        instants.load_id,
        instants.hero_id,
        (extract(epoch from instants.minute_at) * 1000000)::bigint + 62135596800000000
        + unnest(instants.offsets) as instant_us
    from unnest(%(hero_ids)s::text[], %(hour_numbers)s::bigint[]) as wanted (hero_id, hour_number)
    inner join raw.instants
        on
            wanted.hero_id = instants.hero_id
            and instants.hour_at = to_timestamp(wanted.hour_number * 3600 - 62135596800)
    inner join raw.current_loads on instants.load_id = current_loads.load_id
    where
        current_loads.landing_zone = %(landing_zone)s
        and not current_loads.object_key = any(%(object_keys)s::text[])
) to stdout (format csv)
