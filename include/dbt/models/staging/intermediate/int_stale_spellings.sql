{{ config(unique_key='spelled_hero_id') }}

with

loads as (
    select * from {{ ref('int_stale_loads') }}
),

hero_records as (
    select * from {{ ref('int_hero_records') }}
),

mission_records as (
    select * from {{ ref('int_mission_records') }}
),

load_hours as (
    select * from {{ source('raw', 'load_hours') }}
),

spellings as (
    select hero_records.spelled_hero_id
    from loads
    inner join hero_records on loads.load_id = hero_records.load_id

    union

    select unnest(mission_records.hero_ids) as spelled_hero_id
    from loads
    inner join mission_records on loads.load_id = mission_records.load_id

    union

    select load_hours.hero_id as spelled_hero_id
    from loads
    inner join load_hours on loads.load_id = load_hours.load_id
),

final as (
    select
        spelled_hero_id,
        raw.hero_key(spelled_hero_id) as hero_key
    from spellings
    where spelled_hero_id is not null
)

select * from final
