{#- touched_minutes: the hero-minutes that the affected loads speak of.
    `offset 0` keeps the planner from turning the lateral scans into one scan of
    everything: each must go through an index. -#}
{% macro find_touched_minutes() %}
    create temporary table touched_minutes on commit drop as
    select distinct hero_ids.hero_id, biometrics.minute_at
    from affected_load_ranges
    cross join lateral (
        select
            biometrics.load_id,
            {{ trimmed('biometrics.hero_id') }} as spelled_hero_id,
            biometrics.minute_at
        from {{ source('raw', 'biometrics') }} as biometrics
        where
            biometrics.load_id
            between affected_load_ranges.first_load_id
            and affected_load_ranges.last_load_id
        offset 0
    ) as biometrics
    inner join affected_loads on biometrics.load_id = affected_loads.load_id
    inner join {{ ref('int_hero_ids') }} as hero_ids
        on biometrics.spelled_hero_id = hero_ids.spelled_hero_id;
{% endmacro %}


{#- touched_spans: touched_minutes as spans of one hero. Gaps of up to an hour are
    bridged: computing a row again that nothing touched is harmless, a scan of its
    own for every minute is not. lookback_minutes: begin this much earlier. -#}
{% macro find_touched_spans(lookback_minutes=0) %}
    create temporary table touched_spans on commit drop as
    select
        hero_id,
        lower(span) as from_minute,
        upper(span) - interval '59 minutes' as until_minute
    from (
        select
            hero_id,
            unnest(range_agg(tstzrange(
                minute_at - interval '{{ lookback_minutes }} minutes',
                minute_at + interval '1 hour'
            ))) as span
        from touched_minutes
        group by hero_id
    ) as spans;

    create temporary table touched_ranges on commit drop as
    select
        lower(span) as from_minute,
        upper(span) - interval '1 hour' as until_minute
    from (
        select
            unnest(range_agg(tstzrange(
                from_minute, until_minute + interval '1 hour'
            ))) as span
        from touched_spans
    ) as spans;

    analyze touched_spans, touched_ranges;
{% endmacro %}


{#- The incremental strategy `replace_touched`: the rows of the touched spans make
    place for those of the query. -#}
{% macro get_incremental_replace_touched_sql(arg_dict) %}
    {%- set columns = arg_dict['dest_columns'] | map(attribute='name') | join(', ') -%}
    {%- set minute_column = config.require('minute_column') -%}
    delete from {{ arg_dict['target_relation'] }}
    where
        ctid = any(array(
            select target.ctid
            from touched_spans
            cross join lateral (
                select target.ctid
                from {{ arg_dict['target_relation'] }} as target
                where
                    target.hero_id = touched_spans.hero_id
                    and target.{{ minute_column }} >= touched_spans.from_minute
                    and target.{{ minute_column }} < touched_spans.until_minute
                offset 0
            ) as target
        ));

    insert into {{ arg_dict['target_relation'] }} ({{ columns }})
    select {{ columns }} from {{ arg_dict['temp_relation'] }};
{% endmacro %}


{#- For the big table: besides what new biometrics touch, the minutes of missions
    that new mission logs speak of, as they were and as they are now. A hero's
    changed attributes are written where they are; they move no row. The lookback
    reaches the first minute of every mission that a touched minute is part of: the
    row of a hero without any reading stands there. -#}
{% macro find_touched_obt_spans() %}
    {{ find_touched_minutes() }}

    create temporary table touched_missions on commit drop as
    select distinct
        {{ trimmed("missions.record ->> 'mission_id'") }} as mission_id
    from {{ source('raw', 'missions') }} as missions
    inner join affected_loads
        on
            missions.load_id = affected_loads.load_id
            and affected_loads.dataset = 'missions';
    analyze touched_missions;

    insert into touched_minutes (hero_id, minute_at)
    select before.hero_id, before.timestamp
    from touched_missions
    inner join {{ this }} as before
        on touched_missions.mission_id = before.mission_id
    union
    select
        bridge.hero_id,
        generate_series(
            {{ mission_from('missions.mission_at') }},
            {{ mission_until('missions.mission_at') }} - interval '1 minute',
            interval '1 minute'
        )
    from touched_missions
    inner join {{ ref('dim_missions') }} as missions
        on touched_missions.mission_id = missions.mission_id
    inner join {{ ref('bridge_mission_heroes') }} as bridge
        on missions.mission_id = bridge.mission_id;

    {{ find_touched_spans(mission_duration() | int - 1) }}

    update {{ this }} as target
    set
        hero_name = changed.hero_name,
        alter_ego = changed.alter_ego
    from (
        select heroes.hero_id, heroes.hero_name, heroes.alter_ego
        from {{ ref('dim_heroes') }} as heroes
        cross join lateral (
            select any_row.hero_name, any_row.alter_ego
            from {{ this }} as any_row
            where any_row.hero_id = heroes.hero_id
            limit 1
        ) as shown
        where
            heroes.hero_name is distinct from shown.hero_name
            or heroes.alter_ego is distinct from shown.alter_ego
    ) as changed
    where target.hero_id = changed.hero_id;
{% endmacro %}
