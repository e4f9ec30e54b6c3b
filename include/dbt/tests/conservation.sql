-- Conservation: readings in the landing zone = readings in the fact + rejected
-- readings. This test checks the loads that this run has applied or superseded,
-- and all minutes in them. A scan of all of history would cost too much in
-- every run: the task `reconcile` compares the totals. To check all of history:
-- `dbt test --select conservation --vars 'checked_since: 2000-01-01'`.

with

applied_loads as (
    select loads.*
    from {{ ref('int_loads') }} as loads
    inner join {{ source('meta', 'applied_loads') }} as applied
        on
            loads.load_id = applied.load_id
            and loads.loaded_at = applied.loaded_at
    where
        applied.model = 'fact_biometrics'
        -- the clocks of dbt's machine and of the database may differ slightly
        and applied.applied_at
        > timestamptz '{{ var("checked_since", run_started_at) }}'
        - interval '5 minutes'
),

affected_loads as (
    select loads.*
    from {{ ref('int_loads') }} as loads
    where
        loads.load_id in (
            select applied_loads.load_id from applied_loads
            union
            select applied_loads.supersedes from applied_loads
        )
),

load_minutes as (
    select
        affected_loads.load_id,
        biometrics.minute_at,
        sum(biometrics.reading_count) as readings
    from affected_loads
    cross join lateral (
        select biometrics.*
        from {{ source('raw', 'biometrics') }} as biometrics
        where biometrics.load_id = affected_loads.load_id
        offset 0
    ) as biometrics
    group by affected_loads.load_id, biometrics.minute_at
),

accepted as (
    select
        load_id,
        sum(readings) as readings
    from load_minutes
    group by load_id
),

minute_ranges as (
    select
        unnest(range_agg(tstzrange(minute_at, minute_at + interval '1 minute')))
            as minute_range
    from (select distinct minute_at from load_minutes) as minutes
),

current_readings as (
    select
        minute_ranges.minute_range,
        sum(biometrics.reading_count) as readings
    from minute_ranges
    cross join lateral (
        select biometrics.*
        from {{ ref('stg_biometrics') }} as biometrics
        where
            biometrics.minute_at >= lower(minute_ranges.minute_range)
            and biometrics.minute_at < upper(minute_ranges.minute_range)
        offset 0
    ) as biometrics
    group by minute_ranges.minute_range
),

fact_readings as (
    select
        minute_ranges.minute_range,
        sum(fact_biometrics.reading_count) as readings
    from minute_ranges
    cross join lateral (
        select fact_biometrics.*
        from {{ ref('fact_biometrics') }} as fact_biometrics
        where
            fact_biometrics.minute_at >= lower(minute_ranges.minute_range)
            and fact_biometrics.minute_at < upper(minute_ranges.minute_range)
        offset 0
    ) as fact_biometrics
    group by minute_ranges.minute_range
),

final as (
    select
        'load ' || affected_loads.load_id || ' of '
        || affected_loads.object_key as subject,
        affected_loads.rows_in as expected_readings,
        coalesce(accepted.readings, 0) + affected_loads.rows_rejected
            as found_readings
    from affected_loads
    left join accepted on affected_loads.load_id = accepted.load_id
    where
        affected_loads.rows_in
        <> coalesce(accepted.readings, 0) + affected_loads.rows_rejected

    union all

    select
        'minutes ' || minute_ranges.minute_range as subject,
        coalesce(current_readings.readings, 0) as expected_readings,
        coalesce(fact_readings.readings, 0) as found_readings
    from minute_ranges
    left join current_readings
        on minute_ranges.minute_range = current_readings.minute_range
    left join fact_readings
        on minute_ranges.minute_range = fact_readings.minute_range
    where
        current_readings.readings is distinct from fact_readings.readings
)

select * from final
