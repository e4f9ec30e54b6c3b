{#- The text without surrounding white space, cut to 2,000 characters; null if it is blank. raw
    keeps the whole text. -#}
{% macro short_text(expression) -%}
    left({{ trimmed(expression) }}, 2000)
{%- endmacro %}


{#- A short text that an index can hold. A b-tree takes 2,704 bytes, and 2,000 letters of some
    alphabets are 8,000: a text of more than 2,600 bytes is cut to 650 characters. -#}
{% macro short_key(expression) -%}
    left(
        {{ short_text(expression) }},
        case
            when octet_length({{ short_text(expression) }}) > 2600 then 650
            else 2000
        end
    )
{%- endmacro %}
