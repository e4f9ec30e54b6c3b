{#- The text without surrounding white space; null if it is blank. -#}
{% macro trimmed(expression) -%}
    nullif(btrim({{ expression }}, e' \t\r\n'), '')
{%- endmacro %}


{#- Text as a finite number that is not negative, else null. It never raises an error:
    the pattern excludes other inputs that PostgreSQL accepts (NaN, 0x1F), and
    pg_input_is_valid excludes numbers out of range. -#}
{% macro amount(expression) -%}
    case
        when
            btrim({{ expression }}, e' \t\r\n')
            ~ '^[+-]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][+-]?[0-9]+)?$'
            and pg_input_is_valid({{ expression }}, 'double precision')
            then
                case
                    when ({{ expression }})::double precision >= 0
                        then abs(({{ expression }})::double precision)
                end
    end
{%- endmacro %}


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


{#- The mean of a minute that is split over several objects. Sums are scaled by a power of
    two, which loses no digit, so that sums near the largest double do not overflow. A sum
    that overflowed in the loader is infinite; the mean is then the largest reading. -#}
{% macro merged_mean(measure) -%}
    least(
        sum({{ measure }}_sum * 2::double precision ^ -64)
        / nullif(sum({{ measure }}_count), 0)
        * 2::double precision ^ 64,
        max({{ measure }}_max)
    )
{%- endmacro %}


{#- The ids in a JSON array of strings or numbers, trimmed, without blanks and nulls. A
    plain string is one id; any other JSON value has none. -#}
{% macro id_list(expression) -%}
    array(
        select {{ trimmed("elements.element #>> '{}'") }}
        from
            json_array_elements(
                case json_typeof({{ expression }})
                    when 'array' then {{ expression }}
                    when 'string' then json_build_array({{ expression }})
                    else '[]'
                end
            ) as elements (element)
        where
            json_typeof(elements.element) in ('string', 'number')
            and {{ trimmed("elements.element #>> '{}'") }} is not null
    )
{%- endmacro %}
