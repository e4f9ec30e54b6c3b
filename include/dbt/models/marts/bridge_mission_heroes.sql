{{ config(
    unique_key=['mission_id', 'hero_id'],
    full_refresh=false,
    pre_hook="{{ create_pending_loads({'missions': none}) }}",
    post_hook=[
        "{{ add_missing_keys(
            'mission_id, hero_id',
            [
                ('mission_id', ref('dim_missions')),
                ('hero_id', ref('dim_heroes'))
            ]
        ) }}",
        "{{ add_missing_indexes(['(hero_id)']) }}",
        "{{ record_applied_loads() }}"
    ]
) }}

with

missions as (
    select * from {{ ref('stg_missions') }}
),

hero_ids as (
    select * from {{ ref('int_hero_ids') }}
),

crews as (
    select distinct on (mission_id)
        mission_id,
        hero_ids
    from missions
    where mission_id is not null and cardinality(hero_ids) > 0
    order by mission_id asc, object_key collate "C" desc, row_number desc
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
