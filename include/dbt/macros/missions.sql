{#- The validated dbt var mission_duration_minutes. -#}
{% macro mission_duration() -%}
    {%- set minutes = var('mission_duration_minutes') | int -%}
    {%- if minutes < 1 -%}
        {{ exceptions.raise_compiler_error(
            'mission_duration_minutes is ' ~ var('mission_duration_minutes')
            ~ ': set it to a whole number of minutes, at least 1') }}
    {%- endif -%}
    {{ minutes }}
{%- endmacro %}


{#- The first minute that a mission covers. -#}
{% macro mission_from(mission_at) -%}
    date_trunc('minute', {{ mission_at }}, 'UTC')
{%- endmacro %}


{#- The end of the mission's minutes, exclusive. -#}
{% macro mission_until(mission_at) -%}
    {{ mission_from(mission_at) }}
    + interval '{{ mission_duration() }} minutes'
{%- endmacro %}
