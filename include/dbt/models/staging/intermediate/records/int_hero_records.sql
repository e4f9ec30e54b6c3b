with

stale_loads as (
    select * from {{ ref('int_stale_loads') }}
),

loads as (
    {% if computes_stale_rows() %}
    {{ stale_rows(
        source('raw', 'loads'), 'stale_loads', 'known.load_id = stale.load_id'
    ) }}
    {% else %}
    select * from {{ source('raw', 'loads') }}
    {% endif %}
),

heroes as (
    {% if computes_stale_rows() %}
    {{ stale_rows(
        ref('stg_heroes'), 'stale_loads', 'known.load_id = stale.load_id'
    ) }}
    {% else %}
    select * from {{ ref('stg_heroes') }}
    {% endif %}
),

final as (
    select
        heroes.load_id,
        heroes.row_number,
        loads.landing_zone,
        loads.object_key,
        heroes.hero_id as spelled_hero_id,
        heroes.hero_name,
        raw.hero_key(heroes.hero_name) as name_key,
        heroes.alter_ego,
        heroes.first_appearance
    from loads
    inner join heroes on loads.load_id = heroes.load_id
    where loads.dataset = 'heroes'
)

select * from final
