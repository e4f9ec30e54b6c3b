{{ config(
    incremental_strategy='append',
    pre_hook=[
        "select raw.summarize_biometrics()",
        "{{ create_pending_loads({'biometrics': none}) }}"
    ],
    post_hook=[
        "{{ add_missing_keys('hero_id, load_id') }}",
        "{{ record_applied_loads() }}"
    ],
    meta={'rebuilt_when': {'foreign_keys_below': 0}}
) }}
-- Reads the pending loads alone: a scan of all of history would cost too much.

with

biometrics as (
    select distinct
        biometrics.load_id,
        biometrics.hero_id
    from affected_load_ranges
    cross join lateral (
        select
            biometrics.load_id,
            biometrics.hero_id
        from {{ source('raw', 'biometrics') }} as biometrics
        where
            biometrics.load_id
            between affected_load_ranges.first_load_id
            and affected_load_ranges.last_load_id
        offset 0
    ) as biometrics
),

final as (
    select distinct
        biometrics.load_id,
        {{ trimmed('biometrics.hero_id') }} as hero_id
    from biometrics
    inner join pending_loads on biometrics.load_id = pending_loads.load_id
    where {{ trimmed('biometrics.hero_id') }} is not null
)

select * from final
