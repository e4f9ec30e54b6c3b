with

hidden_loads as (
    select * from {{ ref('int_hidden_loads') }}
),

missions as (
    select
        raw_missions.*,
        -- What the loader understood, where it is not what the record says.
        coalesce(raw_missions.fields, raw_missions.record) as known
    from {{ source('raw', 'missions') }} as raw_missions
),

final as (
    select
        -- ids
        missions.load_id,
        missions.row_number,
        raw.trimmed(missions.known ->> 'mission_id') as mission_id,
        raw.crew_of(missions.known) as hero_ids,

        -- text
        raw.short_text(missions.known ->> 'location') as location,
        raw.short_key(raw.sentence_case(missions.known ->> 'outcome'))
            as outcome,

        -- numerics
        raw.amount(
            missions.known -> 'damage_report' ->> 'structural_damage'
        ) as structural_damage,
        raw.amount(
            missions.known -> 'damage_report' ->> 'civilian_injuries'
        ) as civilian_injuries,

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
