{{ config(
    unique_key='mission_id',
    full_refresh=false,
    meta={
        'stale': {
            'by': 'int_stale_missions',
            'match': 'target.mission_id = stale.mission_id'
        }
    }
) }}

with

stale_missions as (
    select * from {{ ref('int_stale_missions') }}
),

missions as (
    {% if computes_stale_rows() %}
    {{ stale_rows(
        ref('int_current_missions'), 'stale_missions',
        'known.mission_id = stale.mission_id'
    ) }}
    {% else %}
    select * from {{ ref('int_current_missions') }}
    {% endif %}
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
    group by mission_id
),

final as (
    select
        *,
        coalesce(structural_damage > 10000, false) as is_high_risk
    from attributes
)

select * from final
