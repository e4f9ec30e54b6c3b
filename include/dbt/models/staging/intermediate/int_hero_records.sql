{{ config(
    incremental_strategy='replace_stale',
    meta={
        'stale': {
            'by': 'int_stale_loads',
            'match': 'target.load_id = stale.load_id and stale.is_current'
        }
    }
) }}

with

heroes as (
    select * from {{ ref('stg_heroes') }}
),

stale_loads as (
    select * from {{ ref('int_stale_loads') }}
),

loads as (
    {% if computes_stale_rows() %}
    select * from stale_loads
    {% else %}
    select * from {{ source('raw', 'loads') }}
    {% endif %}
),

final as (
    select
        heroes.load_id,
        heroes.row_number,
        loads.object_key,
        heroes.hero_id as spelled_hero_id,
        {{ hero_key('heroes.hero_id') }} as hero_key,
        heroes.hero_name,
        {{ hero_key('heroes.hero_name') }} as name_key,
        heroes.alter_ego,
        heroes.first_appearance
    from loads
    inner join heroes on loads.load_id = heroes.load_id
    where loads.dataset = 'heroes'
)

select * from final
