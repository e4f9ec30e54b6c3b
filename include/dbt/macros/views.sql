{#- Overrides dbt's materialization, which replaces every view at every run and drops the
    old one with all that depends on it. This one leaves a view alone whose definition is
    the same, replaces it in place where PostgreSQL allows that (columns are added at the
    end), and never drops what is not dbt's: users' own views stay.

    Definitions are compared as PostgreSQL prints them, with that of a temporary view. So a
    new column behind a `select *`, and a view that was changed by hand, are noticed, too;
    layout and comments of the SQL do not count. -#}
{% materialization view, adapter='postgres' %}
    {%- set candidate = api.Relation.create(
        database=database, schema='pg_temp', identifier='candidate', type='view'
    ) -%}
    {%- set view = this.incorporate(type='view') -%}
    {%- set backup = make_backup_relation(this, 'view') -%}

    {{ run_hooks(pre_hooks, inside_transaction=False) }}
    {{ run_hooks(pre_hooks, inside_transaction=True) }}
    {%- do take_turns() -%}
    {%- do run_query(get_create_view_as_sql(candidate, sql)) -%}
    {%- set existing = run_query(
        "select * from meta.view_change('" ~ this ~ "', '" ~ candidate ~ "')"
    ) | first -%}
    {%- set is_in_the_way = existing and not existing['may_be_replaced'] -%}
    {%- set dependents = droppable_dependents() if is_in_the_way else [] -%}
    {%- do run_query('drop view ' ~ candidate) -%}

    {%- if existing and existing['is_same'] -%}
        {%- do store_raw_result(
            'main', message='UNCHANGED', code='UNCHANGED', rows_affected=0
        ) -%}
    {%- else -%}
        {%- call statement('main') -%}
            {%- if dependents %}
            drop view {{ dependents | join(', ') }};
            {%- endif %}
            {%- if is_in_the_way %}
            alter {{ existing['kind'] }} {{ this }} rename to {{ backup.identifier }};
            {%- endif %}
            create or replace view {{ this }} as (
                {{ sql }}
            );
            {%- if is_in_the_way %}
            {{ copy_grants(backup, this) }}
            drop {{ existing['kind'] }} {{ backup }};
            {%- endif %}
        {%- endcall -%}
    {%- endif -%}

    {%- do persist_docs(view, model) -%}
    {{ run_hooks(post_hooks, inside_transaction=True) }}
    {%- do adapter.commit() -%}
    {{ run_hooks(post_hooks, inside_transaction=False) }}
    {{ return({'relations': [view]}) }}
{% endmaterialization %}


{#- Returns the names of the views that use this one, directly or not, if this run builds all
    of them again. Raises a compiler error that names the others. -#}
{% macro droppable_dependents() %}
    {%- set rebuilt = [] -%}
    {%- for node in graph.nodes.values() -%}
        {%- if node.unique_id in selected_resources
            and node.config.materialized == 'view' -%}
            {%- do rebuilt.append(node.schema ~ '.' ~ node.alias) -%}
        {%- endif -%}
    {%- endfor -%}

    {%- set dependents = "select name from meta.dependent_views('" ~ this ~ "') as name" -%}
    {%- set names = run_query(dependents).columns['name'].values() | list -%}
    {%- set others = names | reject('in', rebuilt) | join(', ') -%}
    {%- if others -%}
        {%- do exceptions.raise_compiler_error(
            this.schema ~ '.' ~ this.identifier ~ ' loses or changes columns, and ' ~ others
            ~ ' use it; nothing was changed. Keep their definitions (pg_get_viewdef), drop'
            ~ ' them, run dbt again, and create them anew.'
        ) -%}
    {%- endif -%}
    {{ return(names) }}
{% endmacro %}
