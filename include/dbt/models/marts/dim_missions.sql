{{ config(
    unique_key='mission_id',
    full_refresh=false,
    post_hook="{{ add_missing_keys('mission_id') }}"
) }}

with

missions as (
    select * from {{ ref('stg_missions') }}
),

attributes as (
    select
        mission_id,
        {{ last_known('mission_at') }} as mission_at,
        {{ last_known('location') }} as location,
        {{ last_known('outcome') }} as outcome,
        {{ last_known('structural_damage') }} as structural_damage,
        {{ last_known('civilian_injuries') }} as civilian_injuries
    from missions
    where mission_id is not null
    group by mission_id
),

final as (
    select
        *,
        coalesce(structural_damage > 10000, false) as is_high_risk
    from attributes
)

select * from final
