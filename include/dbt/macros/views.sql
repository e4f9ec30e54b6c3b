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
    {%- set existing = run_query(compare_relations(this, candidate)) | first -%}
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
            {{ copy_grants_sql(backup, this) }}
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


{#- A query about an existing relation and the view that may take its place; no row if there
    is none. -#}
{% macro compare_relations(relation, candidate) -%}
    select
        case existing.relkind
            when 'v' then 'view'
            when 'm' then 'materialized view'
            else 'table'
        end as kind,
        existing.relkind = 'v'
        and pg_get_viewdef(existing.oid)
        = pg_get_viewdef('{{ candidate }}'::regclass) as is_same,
        -- As `create or replace view` sees it: the first columns stay as they are.
        existing.relkind = 'v'
        and not exists (
            select from pg_attribute as old_columns
            left join pg_attribute as new_columns
                on old_columns.attnum = new_columns.attnum
                and old_columns.attname = new_columns.attname
                and old_columns.atttypid = new_columns.atttypid
                and old_columns.atttypmod = new_columns.atttypmod
                and old_columns.attcollation = new_columns.attcollation
                and new_columns.attrelid = '{{ candidate }}'::regclass
            where
                old_columns.attrelid = existing.oid
                and old_columns.attnum > 0
                and new_columns.attrelid is null
        ) as may_be_replaced
    from pg_class as existing
    where existing.oid = to_regclass('{{ relation }}')
{%- endmacro %}


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

    {%- set dependents -%}
    with recursive

    uses as (
        select
            pg_depend.refobjid as used,
            pg_rewrite.ev_class as view
        from pg_depend
        inner join pg_rewrite on pg_depend.objid = pg_rewrite.oid
        where
            pg_depend.classid = 'pg_rewrite'::regclass
            and pg_depend.refclassid = 'pg_class'::regclass
            and pg_depend.refobjid <> pg_rewrite.ev_class
    ),

    dependents as (
        select uses.view as oid from uses
        where uses.used = '{{ this }}'::regclass
        union
        select uses.view as oid from dependents
        inner join uses on dependents.oid = uses.used
    )

    select pg_namespace.nspname || '.' || pg_class.relname as name
    from dependents
    inner join pg_class on dependents.oid = pg_class.oid
    inner join pg_namespace on pg_class.relnamespace = pg_namespace.oid
    order by name
    {%- endset -%}
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
