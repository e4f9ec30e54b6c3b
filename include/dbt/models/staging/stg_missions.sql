with

hidden_loads as (
    select * from {{ ref('int_hidden_loads') }}
),

missions as (
    select * from {{ source('raw', 'missions') }}
),

final as (
    select
        -- ids
        missions.load_id,
        missions.row_number,
        {{ trimmed("missions.record ->> 'mission_id'") }} as mission_id,
        {{ id_list("missions.record -> 'hero_ids'") }} as hero_ids,

        -- text
        {{ short_text("missions.record ->> 'location'") }} as location,
        {{ short_key("missions.record ->> 'outcome'") }} as outcome,

        -- numerics
        {{ amount(
            "missions.record -> 'damage_report' ->> 'structural_damage'"
        ) }} as structural_damage,
        {{ amount(
            "missions.record -> 'damage_report' ->> 'civilian_injuries'"
        ) }} as civilian_injuries,

        -- timestamps
        missions.mission_at
    from missions
    where
        not exists (
            select from hidden_loads
            where hidden_loads.load_id = missions.load_id
        )
)

select * from final
