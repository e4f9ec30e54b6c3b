{#- The rules for spellings, as docs/explanation/identity.md has them. -#}

{#- What all spellings of one name have in common: lower case, no separators
    except where they stand between two digits (1-1 is not 11). -#}
{% macro hero_key(expression) -%}
    coalesce(
        nullif(
            regexp_replace(
                lower({{ expression }}),
                '(?<![0-9{{ separators() }}])[{{ separators() }}]+'
                || '|[{{ separators() }}]+(?![0-9{{ separators() }}])',
                '', 'g'
            ),
            ''
        ),
        lower({{ expression }})
    )
{%- endmacro %}


{#- Within a regular expression's brackets; the apostrophe is doubled for SQL. -#}
{% macro separators() -%}
    \s_.''’-
{%- endmacro %}


{#- Starts with a capital or a digit, and has both cases. -#}
{% macro is_readable(expression) -%}
    (
        {{ expression }} ~ '^[[:upper:]0-9]'
        and {{ expression }} ~ '[[:upper:]]'
        and {{ expression }} ~ '[[:lower:]]'
    )
{%- endmacro %}


{#- The order in which one spelling is better than another. -#}
{% macro best_spelling_first(expression) -%}
    {{ is_readable(expression) }} desc,
    regexp_count({{ expression }}, '[{{ separators() }}]') desc,
    {{ expression }} collate "C"
{%- endmacro %}


{#- The spelling itself if it is readable, else in title case. initcap() would
    set a capital after an apostrophe. -#}
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


{#- A hero whose best spelling has changed keeps the row; the foreign keys carry
    the new id to whatever refers to it. -#}
{% macro follow_new_spellings() %}
    {%- set hero_ids = ref('int_hero_ids') %}
    {% if is_incremental() %}
    update {{ this }} as heroes
    set hero_id = hero_ids.hero_id
    from (select distinct hero_key, hero_id from {{ hero_ids }}) as hero_ids
    where
        {{ hero_key('heroes.hero_id') }} = hero_ids.hero_key
        and heroes.hero_id <> hero_ids.hero_id
    {% endif %}
{% endmacro %}
