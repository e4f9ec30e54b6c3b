{{ config(unique_key=['after_position', 'until_position']) }}

with

loads as (
    select * from {{ source('raw', 'loads') }}
),

tables as (
    select * from {{ source('meta', 'tables') }}
),

transformations as (
    select * from {{ source('meta', 'transformations') }}
),

retentions as (
    select * from {{ source('raw', 'retentions') }}
    where layer = 'marts'
),

applied as (
    select
        coalesce(
            (
                select transformations.retention_id
                from transformations
                order by transformations.finished_at desc
                limit 1
            ),
            0
        ) as retention_id
),

-- The horizon that the last finished transformation saw, and all since: one
-- that did not finish may have forgotten what is kept again now.
horizons as (
    select
        retention_id,
        horizon
    from retentions
    where
        retention_id >= (select applied.retention_id from applied)

    union all

    -- There was none.
    select
        0 as retention_id,
        timestamptz '-infinity' as horizon
    where (select applied.retention_id from applied) = 0
),

final as (
    select
        {{ after_position('tables') }} as after_position,
        coalesce(
            (
                select loads.position
                from loads
                where loads.status <> 'failed'
                order by loads.position desc
                limit 1
            ),
            0
        ) as until_position,
        coalesce(
            (
                select retentions.horizon
                from retentions
                order by retentions.retention_id desc
                limit 1
            ),
            '-infinity'
        ) as horizon,
        (select min(horizons.horizon) from horizons) as stale_from,
        (select max(horizons.horizon) from horizons) as stale_until
)

select * from final
