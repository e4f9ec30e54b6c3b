{#- Which tables a build makes anew, and the record that they are made.

    The plan of a run (include/cerebro/transforming/state.py) hands in the tables whose rules
    have changed, as JSON in CEREBRO_REBUILD. A table that is done is recorded in the
    transaction that makes it, so that a run that was killed goes on with the others. -#}


{#- Overrides dbt's macro, which knows `--full-refresh` for all models of a run or none: whether
    a new table replaces the present one. Where foreign keys refer to it (full_refresh: false),
    or something is bound to it, such as somebody's materialized view, it stays in place, and
    its rows are made equal to the query. -#}
{% macro should_full_refresh() %}
    {{ return(is_rebuilt() and config.get('full_refresh') is not false and bound_to_it() is none) }}
{% endmacro %}


{#- What others have made of the model's table that cannot go over to a new one; none if nothing. -#}
{% macro bound_to_it() %}
    {{ return(run_query("select meta.bound_to('" ~ this ~ "')").columns[0].values()[0]) }}
{% endmacro %}


{#- Whether the model's rows are all computed anew. -#}
{% macro is_rebuilt() %}
    {%- if not execute %}{{ return(false) }}{% endif -%}
    {%- set planned = planned_rebuilds() -%}
    {%- if is_whole_build() or model.name not in planned.models -%}
        {{ return(is_whole_build()) }}
    {%- endif -%}
    {%- set done -%}
        select tables.model from meta.tables
        where tables.model = '{{ model.name }}' and tables.plan = '{{ planned.plan }}'
    {%- endset -%}
    {{ return(run_query(done) | length == 0) }}
{% endmacro %}


{#- Whether all tables are built again, so that no model asks which rows are stale. -#}
{% macro everything_is_rebuilt() %}
    {{ return(is_whole_build() or planned_rebuilds().everything) }}
{% endmacro %}


{#- Whether nothing is read of what was built before. Only production records how far a table
    is complete, so that builds of other targets are always whole. -#}
{% macro is_whole_build() %}
    {{ return(
        execute and model.resource_type != 'unit_test'
        and (flags.FULL_REFRESH or not is_production())
    ) }}
{% endmacro %}


{#- Whether the target is production: its schemas have no prefix, and its state moves. -#}
{% macro is_production() %}
    {{ return(target.name == 'prod') }}
{% endmacro %}


{#- Returns the plan: its id, the last load that it saw, and the rules of the tables that are
    built again. Unit tests have none. -#}
{% macro planned_rebuilds() %}
    {%- set given = env_var('CEREBRO_REBUILD', '') if execute and model.resource_type != 'unit_test' -%}
    {%- set nothing = {'plan': '', 'models': {}, 'everything': false} -%}
    {{ return(given and fromjson(given) or nothing) }}
{% endmacro %}


{#- The position up to which all tables are complete, those aside that this run builds again
    and has not finished. -#}
{% macro after_position(tables) -%}
    {%- if not execute or is_whole_build() -%}
        0
    {%- else -%}
        {%- set planned = planned_rebuilds() -%}
        coalesce(
            (
                select min({{ tables }}.position)
                from {{ tables }}
                where
                    {{ tables }}.plan = '{{ planned.plan }}'
                    or {{ tables }}.model not in (
                        ''
                        {%- for name in planned.models %}, '{{ name }}'{% endfor -%}
                    )
            ),
            0
        )
    {%- endif -%}
{%- endmacro %}


{#- SQL that records that the model's table, which has yet the name `relation`, is built again:
    the last statement that makes it. -#}
{% macro record_rebuild(relation) %}
    {%- if is_production() and model.name in planned_rebuilds().models and is_rebuilt() %}
    select meta.record_rebuild(
        '{{ model.name }}', '{{ relation }}', $json${{ tojson(planned_rebuilds()) }}$json$
    );
    {%- endif -%}
{% endmacro %}
