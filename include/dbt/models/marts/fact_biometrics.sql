{{ config(
    incremental_strategy='replace_touched',
    on_schema_change='fail',
    minute_column='minute_at',
    pre_hook=[
        "{{ create_pending_loads({'biometrics': 'int_load_heroes'}) }}",
        "{% set spans = create_touched_minutes() ~ create_touched_spans() %}
        {{- spans if is_incremental() }}",
        "set local work_mem = '64MB'"
    ],
    post_hook=[
        "{{ add_missing_keys(
            'hero_id, minute_at', [('hero_id', ref('dim_heroes'))]
        ) }}",
        "{{ add_missing_indexes(['using brin (minute_at)']) }}",
        "{{ summarize_block_ranges() }}",
        "{{ add_missing_readings_triggers() }}",
        "{{ record_applied_loads() }}"
    ],
    meta={'rebuilt_when': {'foreign_keys_below': 1}}
) }}

{%- set measures = ['heart_rate', 'stress_level', 'energy_output'] %}

with

minute_ranges as (
    {% if is_incremental() %}
    select * from touched_ranges
    {% else %}
    {{ all_days(ref('stg_biometrics')) }}
    {% endif %}
),

hero_ids as (
    select * from {{ ref('int_hero_ids') }}
),

-- The query reads one range after the other: `offset 0` keeps the planner from
-- merging them into one scan.
final as (
    select merged_minutes.*
    from minute_ranges
    cross join lateral (
        select
            hero_ids.hero_id,
            biometrics.minute_at,
            sum(biometrics.reading_count) as reading_count,
            {%- for measure in measures %}
            {{ merged_mean('biometrics.' ~ measure) }} as {{ measure }},
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
        inner join hero_ids on biometrics.hero_id = hero_ids.spelled_hero_id
        {% if is_incremental() %}
        inner join touched_spans
            on
                hero_ids.hero_id = touched_spans.hero_id
                and biometrics.minute_at >= touched_spans.from_minute
                and biometrics.minute_at < touched_spans.until_minute
        {% endif %}
        group by hero_ids.hero_id, biometrics.minute_at
        order by hero_ids.hero_id, biometrics.minute_at
    ) as merged_minutes
)

select * from final
