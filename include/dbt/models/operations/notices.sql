with

current_loads as (
    select loads.*
    from {{ source('raw', 'loads') }} as loads
    where
        loads.status = 'loaded'
        and not exists (
            select from {{ source('raw', 'loads') }} as successors
            where successors.supersedes = loads.load_id
        )
),

notices as (
    select
        load_id,
        column_name,
        reason,
        rows,
        kept_as
    from {{ source('raw', 'notices') }}

    union all

    select
        load_id,
        measure as column_name,
        'not_understood' as reason,
        readings as rows,
        null as kept_as
    from {{ source('raw', 'invalid_measures') }}
),

final as (
    select
        current_loads.load_id,
        current_loads.loaded_at,
        current_loads.landing_zone,
        current_loads.dataset,
        current_loads.object_key,
        notices.column_name,
        notices.reason,
        notices.rows,
        notices.kept_as
    from notices
    inner join current_loads on notices.load_id = current_loads.load_id
)

select * from final
