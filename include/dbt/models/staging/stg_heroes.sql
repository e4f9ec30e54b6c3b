with

loads as (
    select * from {{ ref('int_loads') }}
),

heroes as (
    select * from {{ source('raw', 'heroes') }}
),

final as (
    select
        -- ids
        heroes.load_id,
        loads.object_key,
        heroes.row_number,
        {{ trimmed("heroes.record ->> 'hero_id'") }} as hero_id,

        -- text
        {{ trimmed("heroes.record ->> 'name'") }} as hero_name,
        {{ trimmed("heroes.record ->> 'alter_ego'") }} as alter_ego,
        {{ trimmed("heroes.record ->> 'first_appearance'") }}
            as first_appearance
    from heroes
    inner join loads on heroes.load_id = loads.load_id
    where loads.is_current
)

select * from final
