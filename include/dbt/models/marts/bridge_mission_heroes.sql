{{ config(
    incremental_strategy='replace_stale',
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

hero_ids as (
    select * from {{ ref('int_hero_ids') }}
),

crews as (
    select distinct on (mission_id)
        mission_id,
        hero_ids
    from missions
    where cardinality(hero_ids) > 0
    order by mission_id, {{ last_record_first() }}
),

crew_members as (
    select
        mission_id,
        unnest(hero_ids) as spelled_hero_id
    from crews
),

final as (
    select distinct
        crew_members.mission_id,
        hero_ids.hero_id
    from crew_members
    inner join hero_ids
        on crew_members.spelled_hero_id = hero_ids.spelled_hero_id
)

select * from final
