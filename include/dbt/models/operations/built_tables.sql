with

tables as (
    select * from {{ source('meta', 'tables') }}
),

loads as (
    select * from {{ source('raw', 'loads') }}
),

final as (
    select
        tables.model,
        tables.rules,
        tables.keys,
        tables.position,
        tables.loaded_at is null or exists (
            select from loads
            where
                loads.position = tables.position
                and loads.loaded_at = tables.loaded_at
        ) as is_of_this_history,
        tables.rebuilt_at,
        tables.seconds,
        tables.row_count
    from tables
)

select * from final
