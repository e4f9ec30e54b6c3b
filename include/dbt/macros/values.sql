{#- The text without surrounding white space and characters that cannot be seen; null if
    there is nothing else. -#}
{% macro trimmed(expression) -%}
    nullif(btrim({{ expression }}, {{ blanks() }}), '')
{%- endmacro %}


{#- The characters that are trimmed: BLANKS in include/cerebro/formats/values.py. -#}
{% macro blanks() -%}
    e'\t\n\u000b\u000c\r\u001c\u001d\u001e\u001f \u0085\u00a0\u1680'
    || e'\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a'
    || e'\u2028\u2029\u202f\u205f\u3000\u00ad\u180e\u200b\u200c\u200d\u200e'
    || e'\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2061\u2062\u2063\u2064'
    || e'\u2066\u2067\u2068\u2069\ufeff'
{%- endmacro %}


{#- Text as an amount from 0 to 1e15, else null: a number, perhaps with a currency sign and
    with commas between thousands (parse_amount in include/cerebro/formats/values.py). It
    never raises an error: the pattern excludes other inputs that PostgreSQL accepts (NaN,
    0x1F), and pg_input_is_valid excludes numbers out of range. -#}
{% macro amount(expression) -%}
    (
        select
            case
                when
                    pg_input_is_valid(amounts.digits, 'double precision')
                    and amounts.digits::double precision between 0 and 1e15
                    then abs(amounts.digits::double precision)
            end
        from (
            select
                replace(
                    substring(
                        btrim({{ expression }}, {{ blanks() }})
                        from '^[$€£]? *([+-]?([0-9]{1,3}(,[0-9]{3})+([.][0-9]+)?'
                        || '|([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][+-]?[0-9]+)?)) *[$€£]?$'
                    ),
                    ',', ''
                ) as digits
        ) as amounts
    )
{%- endmacro %}


{#- The text with a capital at its beginning if it is in one case: successful and SUCCESSFUL
    read Successful. -#}
{% macro sentence_case(expression) -%}
    {%- set text = '(' ~ expression ~ ') collate "C.utf8"' -%}
    case
        when {{ expression }} in (lower({{ text }}), upper({{ text }}))
            then
                upper(left({{ expression }}, 1) collate "C.utf8")
                || lower(substr({{ expression }}, 2) collate "C.utf8")
        else {{ expression }}
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
