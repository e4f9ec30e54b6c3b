{#- The sort order of records that describe one hero or mission, the last one first: by landing
    zone, object key and row number, never by arrival. No two records are equal in it. -#}
{% macro last_record_first() -%}
    landing_zone collate "C" desc, object_key collate "C" desc, row_number desc
{%- endmacro %}


{#- The column's last known value: that of the last record where it is not null. -#}
{% macro last_known(column) -%}
    (
        array_agg({{ column }} order by {{ last_record_first() }})
        filter (where {{ column }} is not null)
    )[1]
{%- endmacro %}
