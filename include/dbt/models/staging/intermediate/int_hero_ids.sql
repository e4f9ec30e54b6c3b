{{ config(
    unique_key='spelled_hero_id',
    meta={
        'stale': {
            'by': 'int_stale_spellings',
            'match': 'target.hero_key = stale.hero_key'
        }
    }
) }}

with

-- CTEs that are read twice would be materialized, and have no index.
hidden_loads as not materialized (
    select * from {{ ref('int_hidden_loads') }}
),

stale_spellings as (
    select * from {{ ref('int_stale_spellings') }}
),

hero_records as not materialized (
    select * from {{ ref('int_hero_records') }}
),

mission_records as not materialized (
    select * from {{ ref('int_mission_records') }}
),

load_hours as not materialized (
    select * from {{ source('raw', 'load_hours') }}
),

-- Spellings of superseded biometrics are kept: the fact's rows of these loads
-- are found by hero.
spellings as (
    {% if computes_stale_rows() %}
    select before.spelled_hero_id
    from {{ this }} as before
    where
        before.hero_key in (
            select stale_spellings.hero_key from stale_spellings
        )

    union

    select spelled_hero_id from stale_spellings
    {% else %}
    select spelled_hero_id from hero_records

    union

    select unnest(hero_ids) as spelled_hero_id from mission_records

    union

    select hero_id as spelled_hero_id from load_hours
    {% endif %}
),

used_spellings as (
    select
        spellings.spelled_hero_id,
        raw.hero_key(spellings.spelled_hero_id) as hero_key,
        exists ( -- noqa: LT01, LT06
            select from hero_records
            where
                hero_records.spelled_hero_id = spellings.spelled_hero_id
                and not exists (
                    select from hidden_loads
                    where hidden_loads.load_id = hero_records.load_id
                )
        ) as is_of_heroes_file
    from spellings
    where spellings.spelled_hero_id is not null
),

keyed_spellings as (
    select
        *,
        is_of_heroes_file
        or exists (
            select from load_hours
            where
                load_hours.hero_id = used_spellings.spelled_hero_id
                and not exists (
                    select from hidden_loads
                    where hidden_loads.load_id = load_hours.load_id
                )
        )
        or exists (
            select from mission_records
            where
                mission_records.hero_ids
                @> array[used_spellings.spelled_hero_id]
                and not exists (
                    select from hidden_loads
                    where hidden_loads.load_id = mission_records.load_id
                )
        ) as is_current
    from used_spellings
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
        raw.spelling_rank(spelled_hero_id) desc,
        spelled_hero_id collate "C"
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
