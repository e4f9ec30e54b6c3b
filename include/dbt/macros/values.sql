{#- Text without the white space around it; null if nothing is left. -#}
{% macro trimmed(expression) -%}
    nullif(btrim({{ expression }}, e' \t\r\n'), '')
{%- endmacro %}


{#- Text as a number that is finite and not negative, else null. Never raises:
    the pattern keeps out what PostgreSQL reads but nobody means (NaN, 0x1F),
    pg_input_is_valid what is too large. -#}
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


{#- The column's value in the last record that has one. The order is that of the
    content, never that of arrival. -#}
{% macro last_known(column) -%}
    (
        array_agg(
            {{ column }}
            order by object_key collate "C" desc, row_number desc
        ) filter (where {{ column }} is not null)
    )[1]
{%- endmacro %}


{#- The mean of minutes that several objects hold a part of. Sums are added up scaled
    by a power of two, which loses no digit: what is near the largest number there is
    must not overflow. One that did while it was loaded is infinite; the mean is then
    the largest reading. -#}
{% macro merged_mean(measure) -%}
    least(
        sum({{ measure }}_sum * 2::double precision ^ -64)
        / nullif(sum({{ measure }}_count), 0)
        * 2::double precision ^ 64,
        max({{ measure }}_max)
    )
{%- endmacro %}


{#- The ids in a JSON array of strings or numbers, trimmed, without blanks and
    nulls; a plain string is one id, any other shape none. -#}
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
