with

-- Loads of one pair are in one of the two, or in both: where repeated readings
-- are rejected, others of the same second may still be counted.
pairs as (
    select
        later_load_id as load_id,
        earlier_load_id,
        seconds,
        minutes,
        first_minute,
        last_minute,
        null::bigint as readings_rejected
    from {{ source('raw', 'overlapping_loads') }}

    union all

    select
        load_id,
        holder_load_id as earlier_load_id,
        null as seconds,
        null as minutes,
        null as first_minute,
        null as last_minute,
        readings as readings_rejected
    from {{ source('raw', 'repeated_readings') }}
),

final as (
    select
        later_loads.loaded_at,
        later_loads.landing_zone,
        later_loads.object_key,
        earlier_loads.landing_zone as earlier_landing_zone,
        earlier_loads.object_key as earlier_object_key,
        pairs.seconds,
        pairs.minutes,
        pairs.first_minute,
        pairs.last_minute,
        pairs.readings_rejected,
        pairs.readings_rejected is not null
        and unfounded.load_id is not null as is_unfounded
    from pairs
    -- Read directly: a CTE that is read twice is materialized.
    inner join {{ source('raw', 'loads') }} as later_loads
        on pairs.load_id = later_loads.load_id
    inner join {{ source('raw', 'loads') }} as earlier_loads
        on pairs.earlier_load_id = earlier_loads.load_id
    -- At most one successor: the loads of an object form a chain.
    left join {{ source('raw', 'loads') }} as later_successors
        on pairs.load_id = later_successors.supersedes
    left join {{ source('raw', 'loads') }} as earlier_successors
        on pairs.earlier_load_id = earlier_successors.supersedes
    left join {{ source('raw', 'unfounded_rejections') }} as unfounded
        on pairs.load_id = unfounded.load_id
    where
        later_successors.supersedes is null
        and (
            earlier_successors.supersedes is null
            or pairs.readings_rejected is not null
        )
)

select * from final
