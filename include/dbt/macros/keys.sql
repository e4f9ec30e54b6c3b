{#- Columns, keys, constraints and indexes of a table that stays in place when it is built
    again: they are made equal to those of an empty table that has what the query returns and
    the model's YAML declares. Indexes that are not declared stay: they may be somebody's. -#}


{#- SQL that makes the columns those of the new rows, a temporary table, and drops constraints
    that are not declared any more: both before rows come. -#}
{% macro change_columns(rows) %}
    {%- do log(this ~ ' stays in place: ' ~ (bound_to_it() or 'foreign keys refer to it'), info=true) %}
    create temporary table declared (like {{ rows }});
    {{ declare_keys('declared', has_foreign_keys=false) }}
    select meta.change_keys('{{ this }}', 'declared', 'undeclared', '{{ rebuilt_views() }}');
{%- endmacro %}


{#- SQL that adds keys, constraints and indexes, after all rows obey them: the end of a build. -#}
{% macro add_keys() %}
    select meta.change_keys('{{ this }}', 'declared', 'declared', '{{ rebuilt_views() }}');
    drop table declared;
    {{ record_rebuild(this) }}
{%- endmacro %}
