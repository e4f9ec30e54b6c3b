{#- SQL that begins a build of the model. It waits for any other build, whoever started it, until
    the end of that transaction: two that create the same relation at once would collide in
    PostgreSQL's catalog. The commit does not wait for the disk (0044, 0063). The record of the
    finished transformation waits, and comes later in the same log: what a crash loses, the
    next run does again. -#}
{% macro begin_build_sql() -%}
    set local synchronous_commit = off;
    select meta.take_turns('dbt: {{ this }}');
{%- endmacro %}


{#- The same for a model whose keys others refer to, from its first hook on: what cascades reaches
    rows that builds of those models write. `reads` are models that must not change meanwhile. -#}
{% macro begin_cascading_build_sql(reads=[]) -%}
    set local synchronous_commit = off;
    select meta.take_turns_of_references('{{ this }}', array[
        {%- for relation in reads %}'{{ relation }}'{{ ', ' if not loop.last }}{% endfor -%}
    ]::text[]);
{%- endmacro %}
