-- The instants that loads in force in a landing zone hold in some hours of a hero, without the loads of some keys,
-- which are about to be superseded: load, hero, and microseconds since the year 1.
copy (
    with wanted as (
        select
            unnest(%(hero_ids)s::text[]) as hero_id,
            unnest(%(hour_numbers)s::bigint[]) as hour_number
    ),

    in_force as (
        select current_loads.load_id
        from raw.current_loads
        where
            current_loads.landing_zone = %(landing_zone)s
            and not current_loads.object_key = any(%(object_keys)s::text[])
    )

    select
        instants.load_id,
        instants.hero_id,
        (extract(epoch from instants.minute_at) * 1000000)::bigint + 62135596800000000
        + unnest(instants.offsets) as instant_us
    from wanted
    inner join raw.instants
        on
            wanted.hero_id = instants.hero_id
            and instants.hour_at = to_timestamp(wanted.hour_number * 3600 - 62135596800)
    inner join in_force on instants.load_id = in_force.load_id
) to stdout (format csv)
