{#- SQL that begins a build of the model. It waits for any other build of it, until the end of that
    transaction: two that create the same relation would collide in PostgreSQL's catalog. It waits
    for builds of those whose foreign keys refer to it, too: what cascades reaches rows that they
    write. `reads` are models that must not change meanwhile. The commit does not wait for the disk
    (0044, 0063): what a crash loses, the next run does again. -#}
{% macro begin_build_sql(reads=[]) -%}
    set local synchronous_commit = off;
    select meta.take_turns_of_references('{{ this }}', array[
        {%- for relation in reads %}'{{ relation }}'{{ ', ' if not loop.last }}{% endfor -%}
    ]::text[]);
{%- endmacro %}
