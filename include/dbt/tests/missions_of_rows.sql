-- Every mission of the big table is in dim_missions: the test in place of a
-- foreign key, whose cascade would delete hero-minutes that must stay. A run
-- with new loads writes rows of stale hours, and removes stale missions: it
-- checks these alone. A full build is checked row by row.

with

positions as (
    select * from {{ ref('int_positions') }}
),

stale_hours as (
    select * from {{ ref('int_stale_hours') }}
),

stale_missions as (
    select * from {{ ref('int_stale_missions') }}
),

dim_missions as (
    select * from {{ ref('dim_missions') }}
),

-- A CTE that is read twice would be materialized: all rows on missions.
rows_on_missions as not materialized (
    select * from {{ ref('obt_cerebro_restored') }}
    where mission_id is not null
),

written_rows as (
    {{ stale_rows('rows_on_missions', 'stale_hours', "
            known.hero_id = stale.hero_id
            and known.timestamp >= stale.hour_at
            and known.timestamp < stale.hour_at + interval '1 hour'
    ") }}
),

checked_missions as (
    select mission_id from written_rows

    union

    select stale_missions.mission_id
    from stale_missions
    where
        exists (
            select from rows_on_missions
            where rows_on_missions.mission_id = stale_missions.mission_id
            offset 0
        )

    union

    select rows_on_missions.mission_id
    from rows_on_missions
    where (select positions.after_position = 0 from positions)
),

final as (
    select checked_missions.mission_id
    from checked_missions
    where
        not exists (
            select from dim_missions
            where dim_missions.mission_id = checked_missions.mission_id
            offset 0
        )
)

select * from final
