{#- The rules for spellings of names. -#}

{#- The key that all spellings of one name share: lower case, without separators except
    between two digits (1-1 is not 11). The collation makes it the same in every database. -#}
{% macro hero_key(expression) -%}
    coalesce(
        nullif(
            regexp_replace(
                lower({{ expression }} collate "C.utf8"),
                '(?<![0-9{{ separators() }}])[{{ separators() }}]+'
                || '|[{{ separators() }}]+(?![0-9{{ separators() }}])',
                '', 'g'
            ),
            ''
        ),
        lower({{ expression }} collate "C.utf8")
    )
{%- endmacro %}


{#- The separators, for the brackets of a regular expression. The apostrophe is doubled
    for SQL. -#}
{% macro separators() -%}
    \s_.''’-
{%- endmacro %}


{#- Whether the text starts with a capital or a digit and has both cases. -#}
{% macro is_readable(expression) -%}
    (
        {{ expression }} ~ '^[[:upper:]0-9]'
        and {{ expression }} ~ '[[:upper:]]'
        and {{ expression }} ~ '[[:lower:]]'
    )
{%- endmacro %}


{#- The sort order of spellings, best first. -#}
{% macro best_spelling_first(expression) -%}
    {{ is_readable(expression) }} desc,
    regexp_count({{ expression }}, '[{{ separators() }}]') desc,
    {{ expression }} collate "C"
{%- endmacro %}


{#- The spelling if it is readable, else the spelling in title case. initcap() would
    write a capital after an apostrophe. -#}
{% macro readable(expression) -%}
    case
        when {{ is_readable(expression) }} then {{ expression }}
        else (
            select
                string_agg(
                    upper(left(words.word[1], 1))
                    || lower(substr(words.word[1], 2)),
                    '' order by words.position
                )
            from
                regexp_matches(
                    {{ expression }},
                    '[[:alnum:]''’]+|[^[:alnum:]''’]+', 'g'
                ) with ordinality as words (word, position)
        )
    end
{%- endmacro %}
