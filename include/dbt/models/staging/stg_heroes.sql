with

hidden_loads as (
    select * from {{ ref('int_hidden_loads') }}
),

heroes as (
    select * from {{ source('raw', 'heroes') }}
),

final as (
    select
        -- ids
        heroes.load_id,
        heroes.row_number,
        {{ trimmed("heroes.record ->> 'hero_id'") }} as hero_id,

        -- text
        {{ short_text("heroes.record ->> 'name'") }} as hero_name,
        {{ short_text("heroes.record ->> 'alter_ego'") }} as alter_ego,
        {{ short_text("heroes.record ->> 'first_appearance'") }}
            as first_appearance
    from heroes
    where
        not exists (
            select from hidden_loads
            where hidden_loads.load_id = heroes.load_id
        )
)

select * from final
