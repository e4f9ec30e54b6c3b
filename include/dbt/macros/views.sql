{#- Overrides dbt's materialization, which replaces every view at every run and drops the
    old one with all that depends on it. This one leaves a view alone whose definition is
    the same, replaces it in place where PostgreSQL allows that (columns are added at the
    end), and never drops what is not dbt's: users' own views stay. -#}
{% materialization view, adapter='postgres' %}
    {%- set view = this.incorporate(type='view') -%}
    {{ run_hooks(pre_hooks, inside_transaction=False) }}
    {{ run_hooks(pre_hooks, inside_transaction=True) }}
    {%- call statement('create_view', fetch_result=True) -%}
        {{ begin_build_sql() }}
        select set_config('cerebro.outcome', meta.create_view(
            '{{ this }}', $query${{ sql }}$query$, '{{ rebuilt_views() }}'
        ), true);
        {{ comment_on(view, model) }}
        select current_setting('cerebro.outcome');
    {%- endcall -%}
    {%- set outcome = load_result('create_view').data[0][0] -%}
    {%- if outcome != 'UNCHANGED' and config.get('contract').enforced -%}
        {%- do get_assert_columns_equivalent(sql) -%}
    {%- endif -%}
    {%- do store_raw_result('main', message=outcome, code=outcome, rows_affected=0) -%}
    {{ run_hooks(post_hooks, inside_transaction=True) }}
    {%- do adapter.commit() -%}
    {{ run_hooks(post_hooks, inside_transaction=False) }}
    {{ return({'relations': [view]}) }}
{% endmaterialization %}


{#- The views that the run builds again, as an array of SQL. -#}
{% macro rebuilt_views() -%}
    {%- set rebuilt = [] -%}
    {%- for node in graph.nodes.values()
        if node.unique_id in selected_resources and node.config.materialized == 'view' -%}
        {%- do rebuilt.append(node.schema ~ '.' ~ node.alias) -%}
    {%- endfor -%}
    { {{- rebuilt | join(', ') -}} }
{%- endmacro %}
