with

loads as (
    select * from {{ ref('int_loads') }}
),

missions as (
    select * from {{ source('raw', 'missions') }}
),

final as (
    select
        -- ids
        missions.load_id,
        loads.object_key,
        missions.row_number,
        {{ trimmed("missions.record ->> 'mission_id'") }} as mission_id,
        {{ id_list("missions.record -> 'hero_ids'") }} as hero_ids,

        -- text
        {{ trimmed("missions.record ->> 'location'") }} as location,
        {{ trimmed("missions.record ->> 'outcome'") }} as outcome,

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
    inner join loads on missions.load_id = loads.load_id
    where loads.is_current
)

select * from final
