{{ config(
    incremental_strategy='replace_stale',
    on_schema_change='fail',
    sql_header="
        set local work_mem = '64MB';
        set local enable_nestloop = off;
        select raw.summarize_biometrics();
    ",
    meta={
        'stale': {
            'by': 'int_stale_hours',
            'match': "
                target.hero_id = stale.hero_id
                and target.minute_at >= stale.hour_at
                and target.minute_at < stale.hour_at + interval '1 hour'
                and stale.has_readings",
            'forgets': 'minute_at'
        }
    }
) }}

-- depends_on: {{ ref('int_positions') }}

{%- set measures = ['heart_rate', 'stress_level', 'energy_output'] %}

with

minute_ranges as (
    {% if computes_stale_rows() %}
    {{ hour_ranges(ref('int_stale_hours'), 'hours.has_readings') }}
    {% else %}
    -- With one day at a time the sort fits in memory, and an hour of a hero is
    -- on one page or two.
    select
        days.from_minute,
        days.from_minute + interval '24 hours' as until_minute
    from (
        select distinct
            date_bin(
                interval '24 hours', hour_at, timestamptz '0001-01-01Z'
            ) as from_minute
        from {{ source('raw', 'load_hours') }}
    ) as days
    order by days.from_minute
    {% endif %}
),

stale_hours as (
    select * from {{ ref('int_stale_hours') }}
),

hero_ids as (
    select * from {{ ref('int_hero_ids') }}
),

-- Materialized, so that a minute is compared by spelling and hour at once.
spellings as materialized (
    select
        hero_ids.spelled_hero_id,
        hero_ids.hero_id
        {%- if computes_stale_rows() %},
        stale_hours.hour_at
        {%- endif %}
    from hero_ids
    {% if computes_stale_rows() %}
    inner join stale_hours on hero_ids.hero_id = stale_hours.hero_id
    where stale_hours.has_readings
    {% endif %}
),

-- The query reads one range after the other: `offset 0` keeps the planner from
-- merging them into one scan. It cannot know how many minutes a range has, and
-- expects one; without nested loops it does not compare each minute with every
-- hero (100 heroes: twice the processor time).
-- The task `reconcile` merges minutes again (checking/unequal_minutes.sql).
final as (
    select merged_minutes.*
    from minute_ranges
    cross join lateral (
        select
            spellings.hero_id,
            biometrics.minute_at,
            sum(biometrics.reading_count) as reading_count,
            {%- for measure in measures %}
            raw.mean_of(
                sum(raw.addend(biometrics.{{ measure }}_sum)),
                sum(biometrics.{{ measure }}_count),
                max(biometrics.{{ measure }}_max)
            ) as {{ measure }},
            min(biometrics.{{ measure }}_min) as {{ measure }}_min,
            max(biometrics.{{ measure }}_max) as {{ measure }}_max
            {{- ',' if not loop.last }}
            {%- endfor %}
        from (
            select biometrics.*
            from {{ ref('stg_biometrics') }} as biometrics
            where
                biometrics.minute_at >= minute_ranges.from_minute
                and biometrics.minute_at < minute_ranges.until_minute
            offset 0
        ) as biometrics
        inner join spellings
            on
                biometrics.hero_id = spellings.spelled_hero_id
                {% if computes_stale_rows() %}
                and raw.hour_of(biometrics.minute_at) = spellings.hour_at
                {% endif %}
        group by spellings.hero_id, biometrics.minute_at
        order by spellings.hero_id, biometrics.minute_at
    ) as merged_minutes
)

select * from final
