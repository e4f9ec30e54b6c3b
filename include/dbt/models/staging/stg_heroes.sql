with

hidden_loads as (
    select * from {{ ref('int_hidden_loads') }}
),

heroes as (
    select
        raw_heroes.*,
        -- What the loader understood, where it is not what the record says.
        coalesce(raw_heroes.fields, raw_heroes.record) as known
    from {{ source('raw', 'heroes') }} as raw_heroes
),

final as (
    select
        -- ids
        heroes.load_id,
        heroes.row_number,
        raw.trimmed(heroes.known ->> 'hero_id') as hero_id,

        -- text
        raw.short_text(heroes.known ->> 'name') as hero_name,
        raw.short_text(heroes.known ->> 'alter_ego') as alter_ego,
        raw.short_text(heroes.known ->> 'first_appearance')
            as first_appearance
    from heroes
    where
        not exists (
            select from hidden_loads
            where hidden_loads.load_id = heroes.load_id
        )
)

select * from final
