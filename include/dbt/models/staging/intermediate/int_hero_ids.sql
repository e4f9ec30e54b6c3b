{{ config(
    unique_key='spelled_hero_id',
    full_refresh=false,
    post_hook="{{ add_missing_keys('spelled_hero_id') }}"
) }}

with

loads as (
    select * from {{ ref('int_loads') }}
),

load_heroes as (
    select * from {{ ref('int_load_heroes') }}
),

heroes as (
    select * from {{ ref('stg_heroes') }}
),

missions as (
    select * from {{ ref('stg_missions') }}
),

-- Spellings of superseded biometrics are kept: an incremental run finds the
-- rows of these loads in the fact by hero.
spellings as (
    select
        hero_id as spelled_hero_id,
        true as is_of_heroes_file,
        true as is_current
    from heroes
    where hero_id is not null

    union all

    select
        unnest(hero_ids) as spelled_hero_id,
        false as is_of_heroes_file,
        true as is_current
    from missions

    union all

    select
        load_heroes.hero_id as spelled_hero_id,
        false as is_of_heroes_file,
        loads.is_current
    from load_heroes
    inner join loads on load_heroes.load_id = loads.load_id
),

distinct_spellings as (
    select
        spelled_hero_id,
        bool_or(is_of_heroes_file) as is_of_heroes_file,
        bool_or(is_current) as is_current
    from spellings
    group by spelled_hero_id
),

keyed_spellings as (
    select
        *,
        {{ hero_key('spelled_hero_id') }} as hero_key
    from distinct_spellings
),

canonical_ids as (
    select distinct on (hero_key)
        hero_key,
        spelled_hero_id as hero_id
    from keyed_spellings
    where is_current
    order by
        hero_key asc,
        is_of_heroes_file desc,
        {{ best_spelling_first('spelled_hero_id') }}
),

final as (
    select
        keyed_spellings.spelled_hero_id,
        keyed_spellings.hero_key,
        canonical_ids.hero_id
    from keyed_spellings
    inner join canonical_ids
        on keyed_spellings.hero_key = canonical_ids.hero_key
)

select * from final
