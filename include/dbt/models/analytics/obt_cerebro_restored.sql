{{ config(
    incremental_strategy='replace_stale',
    on_schema_change='fail',
    pre_hook=[
        "{{ update_hero_attributes() }}",
        "set local cpu_operator_cost = 0;
        set local enable_mergejoin = off;
        set local synchronize_seqscans = off"
    ],
    meta={
        'stale': {
            'by': 'int_stale_hours',
            'match': "
                target.hero_id = stale.hero_id
                and target.timestamp >= stale.hour_at
                and target.timestamp < stale.hour_at + interval '1 hour'",
            'forgets': 'timestamp'
        }
    }
) }}

-- depends_on: {{ ref('int_positions') }}

{%- set mission_columns = [
    'mission_id', 'location', 'outcome', 'structural_damage',
    'civilian_injuries', 'is_high_risk'
] %}
{%- set reading_columns = [
    'reading_count',
    'heart_rate', 'heart_rate_min', 'heart_rate_max',
    'stress_level', 'stress_level_min', 'stress_level_max',
    'energy_output', 'energy_output_min', 'energy_output_max'
] %}

with

stale_hours as (
    select * from {{ ref('int_stale_hours') }}
),

fact_biometrics as (
    {% if computes_stale_rows() %}
    {{ stale_rows(ref('fact_biometrics'), 'stale_hours', "
            known.hero_id = stale.hero_id
            and known.minute_at >= stale.hour_at
            and known.minute_at < stale.hour_at + interval '1 hour'
    ") }}
    {% else %}
    select * from {{ ref('fact_biometrics') }}
    {% endif %}
),

dim_heroes as (
    select * from {{ ref('dim_heroes') }}
),

dim_missions as (
    {% if computes_stale_rows() %}
    select distinct missions.*
    from (
        {{ hour_ranges(ref('int_stale_hours')) }}
    ) as minute_ranges
    cross join lateral (
        select missions.*
        from {{ ref('dim_missions') }} as missions
        where
            missions.mission_at > minute_ranges.from_minute
            - interval '{{ mission_duration() }} minutes'
            and missions.mission_at < minute_ranges.until_minute
        offset 0
    ) as missions
    {% else %}
    select * from {{ ref('dim_missions') }}
    {% endif %}
),

bridge_mission_heroes as (
    select * from {{ ref('bridge_mission_heroes') }}
),

mission_windows as (
    select
        *,
        {{ mission_from('mission_at') }} as from_minute,
        {{ mission_until('mission_at') }} as until_minute
    from dim_missions
),

participations as (
    select
        bridge_mission_heroes.hero_id,
        mission_windows.*
    from bridge_mission_heroes
    inner join mission_windows
        on bridge_mission_heroes.mission_id = mission_windows.mission_id
),

-- The planner knows how many rows a series of numbers has. Of timestamps it
-- expects 1,000, and would hash the fact table instead of the missions.
mission_minutes as (
    select
        participations.*,
        participations.from_minute
        + minutes.number * interval '1 minute' as minute_at
    from participations
    cross join generate_series(
        0, {{ mission_duration() }} - 1
    ) as minutes (number)
),

-- `offset 0` keeps the planner from an anti join, which it would hash by hero
-- alone: each participation would compare all minutes of its hero. 300,000
-- participations, 400 heroes, 2,000 minutes: stopped at 60 s; with one index
-- lookup each 5.4 s.
participations_without_readings as (
    select
        *,
        from_minute as minute_at
    from participations
    where
        not exists (
            select from {{ ref('fact_biometrics') }} as readings
            where
                readings.hero_id = participations.hero_id
                and readings.minute_at >= participations.from_minute
                and readings.minute_at < participations.until_minute
            offset 0
        )
        {% if computes_stale_rows() %}
        and exists (
            select from stale_hours
            where
                stale_hours.hero_id = participations.hero_id
                and stale_hours.hour_at
                = date_trunc('hour', participations.from_minute, 'UTC')
        )
        {% endif %}
),

-- The planner knows nothing of how many missions a hero has in a minute, and
-- expects many. If a comparison had its usual price (pre_hook), a rebuild would
-- hash the fact, on the disk, and a run would compare the minutes of all new
-- missions with each stale hour (243 days of 30 heroes at once: over 6 minutes,
-- and 18 s so). With the missions hashed, and no scan that joins
-- another one halfway, rows keep the fact's order: table and key take 1.6 s in
-- place of 2.5 s (1,008,000 rows).
hero_minutes as (
    select
        fact_biometrics.hero_id,
        fact_biometrics.minute_at,
        {%- for column in mission_columns %}
        mission_minutes.{{ column }},
        {%- endfor %}
        {%- for column in reading_columns %}
        fact_biometrics.{{ column }}{{ ',' if not loop.last }}
        {%- endfor %}
    from fact_biometrics
    left join mission_minutes
        on
            fact_biometrics.hero_id = mission_minutes.hero_id
            and fact_biometrics.minute_at = mission_minutes.minute_at

    union all

    select
        participations_without_readings.hero_id,
        participations_without_readings.minute_at,
        {%- for column in mission_columns %}
        participations_without_readings.{{ column }},
        {%- endfor %}
        {%- for column in reading_columns %}
        null as {{ column }}{{ ',' if not loop.last }}
        {%- endfor %}
    from participations_without_readings
),

final as (
    select
        hero_minutes.minute_at as timestamp,
        hero_minutes.hero_id,
        dim_heroes.hero_name,
        dim_heroes.alter_ego,
        hero_minutes.mission_id,
        hero_minutes.location as mission_location,
        hero_minutes.outcome as mission_outcome,
        hero_minutes.structural_damage,
        hero_minutes.civilian_injuries,
        hero_minutes.is_high_risk,
        hero_minutes.reading_count,
        hero_minutes.heart_rate,
        hero_minutes.stress_level,
        hero_minutes.energy_output,
        hero_minutes.heart_rate_min,
        hero_minutes.heart_rate_max,
        hero_minutes.stress_level_min,
        hero_minutes.stress_level_max,
        hero_minutes.energy_output_min,
        hero_minutes.energy_output_max
    from hero_minutes
    inner join dim_heroes on hero_minutes.hero_id = dim_heroes.hero_id
)

select * from final
