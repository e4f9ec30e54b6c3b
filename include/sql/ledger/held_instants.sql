-- The instants that loads in force in a landing zone hold in some hours of a hero, without the loads that some objects
-- are about to supersede: load, hero, and microseconds since the year 1. Where a superseded load has a duplicate, that
-- will hold its instants.
copy (
    with wanted as (
        select
            unnest(%(hero_ids)s::text[]) as hero_id,
            unnest(%(hour_numbers)s::bigint[]) as hour_number
    ),

    zone as (select %(landing_zone)s::text as landing_zone),

    objects as (
        select
            taken.object_key,
            taken.etag,
            taken.size_bytes
        from unnest(%(object_keys)s::text[], %(etags)s::text[], %(sizes)s::bigint[])
            as taken (object_key, etag, size_bytes)
    ),

    in_force as (
        select current_loads.load_id
        from raw.current_loads
        inner join zone on current_loads.landing_zone = zone.landing_zone
        left join objects on current_loads.object_key = objects.object_key
        where
            objects.object_key is null
            or (
                (current_loads.etag, current_loads.size_bytes) is distinct from (objects.etag, objects.size_bytes)
                and exists (
                    select from raw.loads as duplicates
                    where
                        duplicates.duplicate_of = current_loads.load_id
                        and duplicates.status = 'duplicate'
                        and duplicates.object_key not in (select own.object_key from objects as own)
                        and not exists (
                            select from raw.loads as successors
                            where successors.supersedes = duplicates.load_id
                        )
                )
            )
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
