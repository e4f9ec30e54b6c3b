{#- Creates the temporary table touched_minutes: one row per hero and minute with
    readings in an affected load. `offset 0` keeps the planner from merging the lateral
    scans into one scan of the whole table: each must use an index. -#}
{% macro create_touched_minutes() %}
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


{#- Creates two temporary tables from touched_minutes:
    touched_spans          one row per hero and span of minutes. Spans bridge gaps of up
                           to an hour: to recompute an untouched row is idempotent, but
                           a scan for every single minute is slow.
    touched_ranges         the union of these spans over all heroes.

    lookback_minutes: begin each span this much earlier. -#}
{% macro create_touched_spans(lookback_minutes=0) %}
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


{#- The incremental strategy `replace_touched`: deletes the rows of the touched spans
    and inserts the rows of the query. -#}
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


{#- Creates touched_minutes, touched_spans and touched_ranges for the big table. They
    cover the minutes of new biometrics and, for each mission in new mission logs, both
    its old and its new minutes. The lookback reaches the first minute of every mission
    that covers a touched minute, because the row of a hero without readings has that
    minute. -#}
{% macro create_touched_obt_spans() %}
    {{ create_touched_minutes() }}

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

    {{ create_touched_spans(mission_duration() | int - 1) }}
{% endmacro %}


{#- Writes new values of dim_heroes to the big table's rows where they stand: a changed
    attribute moves no row. -#}
{% macro update_hero_attributes() %}
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
