{{ config(
    unique_key='hero_id',
    full_refresh=false,
    pre_hook="{{ update_hero_ids() }}",
    meta={
        'stale': {
            'by': 'int_stale_spellings',
            'match': 'raw.hero_key(target.hero_id) = stale.hero_key'
        }
    }
) }}

with

hidden_loads as (
    select * from {{ ref('int_hidden_loads') }}
),

stale_spellings as (
    select * from {{ ref('int_stale_spellings') }}
),

hero_ids as (
    select * from {{ ref('int_hero_ids') }}
    {% if computes_stale_rows() %}
    where hero_key in (select stale_spellings.hero_key from stale_spellings)
    {% endif %}
),

heroes as (
    select * from {{ ref('int_hero_records') }}
),

records as (
    select
        hero_ids.hero_id,
        heroes.landing_zone,
        heroes.object_key,
        heroes.row_number,
        heroes.hero_name,
        heroes.name_key,
        heroes.alter_ego,
        heroes.first_appearance
    from hero_ids
    inner join heroes on hero_ids.spelled_hero_id = heroes.spelled_hero_id
    where
        not exists (
            select from hidden_loads
            where hidden_loads.load_id = heroes.load_id
        )
),

attributes as (
    select
        hero_id,
        {{ last_known('name_key') }} as name_key,
        {{ last_known('alter_ego') }} as alter_ego,
        {{ last_known('first_appearance') }} as first_appearance
    from records
    group by hero_id
),

names as (
    select distinct on (records.hero_id)
        records.hero_id,
        records.hero_name
    from records
    inner join attributes
        on
            records.hero_id = attributes.hero_id
            and records.name_key = attributes.name_key
    order by
        records.hero_id,
        raw.spelling_rank(records.hero_name) desc,
        records.hero_name collate "C" -- noqa: RF02
),

members as (
    select distinct hero_id from hero_ids
),

named_members as (
    select
        members.hero_id,
        coalesce(names.hero_name, replace(members.hero_id, '_', ' '))
            as hero_name
    from members
    left join names on members.hero_id = names.hero_id
),

final as (
    select
        named_members.hero_id,
        raw.readable(named_members.hero_name) as hero_name,
        attributes.alter_ego,
        attributes.first_appearance
    from named_members
    left join attributes on named_members.hero_id = attributes.hero_id
)

select * from final
