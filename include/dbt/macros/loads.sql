{#- meta.applied_loads says which loads a model has seen. Loads commit in any
    order, so no high-water mark would do; and load_id alone would not either:
    after raw was rebuilt the same number names another load. -#}


{#- The name under which a model keeps its loads. Settings that change every row
    are part of it. -#}
{% macro applied_as(model_name) -%}
    {%- if model_name == 'obt_cerebro_restored' -%}
        {{ model_name }} mission_duration_minutes={{ mission_duration() }}
    {%- else -%}
        {{ model_name }}
    {%- endif -%}
{%- endmacro %}


{#- Temporary tables of the model's own transaction:
    pending_loads          loads that the model has not seen, and that the models
                           it reads from have
    affected_loads         those, and the loads that they supersede
    affected_load_ranges   the same as ranges of load_id without a gap, because
                           raw.biometrics is found by block ranges.

    upstream: {dataset: the model that must have seen its loads, or none} -#}
{% macro find_pending_loads(upstream) %}
    {%- set loads = ref('int_loads') -%}
    {%- set applied_loads = source('meta', 'applied_loads') %}
    {% if not is_incremental() %}
    delete from {{ applied_loads }}
    where split_part(applied_loads.model, ' ', 1) = '{{ this.identifier }}';
    {% else %}
    -- Two runs at once take turns.
    lock table {{ this }} in share row exclusive mode;
    {% endif %}

    create temporary table pending_loads on commit drop as
    select loads.load_id, loads.loaded_at, loads.dataset, loads.supersedes
    from {{ loads }} as loads
    where
        not exists (
            select from {{ applied_loads }}
            where
                applied_loads.model = '{{ applied_as(this.identifier) }}'
                and applied_loads.load_id = loads.load_id
                and applied_loads.loaded_at = loads.loaded_at
        )
        and (
            {%- for dataset, model_name in upstream.items() %}
            {{ 'or ' if not loop.first -}}
            loads.dataset = '{{ dataset }}'
            {%- if model_name %}
            and exists (
                select from {{ applied_loads }}
                where
                    applied_loads.model = '{{ model_name }}'
                    and applied_loads.load_id = loads.load_id
                    and applied_loads.loaded_at = loads.loaded_at
            )
            {%- endif %}
            {%- endfor %}
        );

    create temporary table affected_loads on commit drop as
    select load_id, dataset from pending_loads
    union
    select supersedes, dataset from pending_loads where supersedes is not null;

    create temporary table affected_load_ranges on commit drop as
    select min(load_id) as first_load_id, max(load_id) as last_load_id
    from (
        select
            loads.load_id,
            affected_loads.load_id is not null as is_affected,
            row_number() over (order by loads.load_id)
            - row_number() over (
                partition by affected_loads.load_id is not null
                order by loads.load_id
            ) as island
        from {{ loads }} as loads
        left join affected_loads on loads.load_id = affected_loads.load_id
        where loads.dataset = 'biometrics'
    ) as islands
    where is_affected
    group by island;

    analyze pending_loads, affected_loads, affected_load_ranges;
{% endmacro %}


{#- In the transaction that wrote the rows: the pending loads are seen. -#}
{% macro record_pending_loads() %}
    {%- set applied_loads = source('meta', 'applied_loads') %}
    delete from {{ applied_loads }}
    where
        applied_loads.model = '{{ applied_as(this.identifier) }}'
        and not exists (
            select from {{ ref('int_loads') }} as loads
            where
                loads.load_id = applied_loads.load_id
                and loads.loaded_at = applied_loads.loaded_at
        );

    insert into {{ applied_loads }} (model, load_id, loaded_at)
    select '{{ applied_as(this.identifier) }}', load_id, loaded_at
    from pending_loads;
{% endmacro %}


{#- dbt's own macro, with one more reason for a full refresh: a model that keeps
    account of loads (meta: rebuilt_when) can not always be brought up to date
    row by row. -#}
{% macro should_full_refresh() %}
    {%- set configured = config.get('full_refresh') -%}
    {%- if configured is not none -%}
        {{ return(configured) }}
    {%- endif -%}
    {{ return(flags.FULL_REFRESH or rebuild_is_due()) }}
{% endmacro %}


{#- True when
    - a load that the model has seen is not there any more (raw was rebuilt),
    - the model was built with another mission_duration_minutes,
    - a foreign key is missing (a dimension was dropped by hand),
    - or more readings are pending than the model holds: replacing the table is
      then cheaper than replacing its rows. -#}
{% macro rebuild_is_due() %}
    {%- set rule = config.get('meta', {}).get('rebuilt_when') -%}
    {%- if not execute or not rule -%}
        {{ return(false) }}
    {%- endif -%}
    {%- set loads = ref('int_loads') -%}
    {%- set applied_loads = source('meta', 'applied_loads') -%}
    {%- set query %}
        with applied as (
            select applied_loads.*, loads.rows_in
            from {{ applied_loads }}
            left join {{ loads }} as loads
                on
                    applied_loads.load_id = loads.load_id
                    and applied_loads.loaded_at = loads.loaded_at
                    and loads.dataset = 'biometrics'
            where split_part(applied_loads.model, ' ', 1) = '{{ this.identifier }}'
        )

        select
            exists (
                select from applied
                where not exists (
                    select from {{ loads }} as loads
                    where
                        loads.load_id = applied.load_id
                        and loads.loaded_at = applied.loaded_at
                )
            )
            or exists (
                select from applied
                where model <> '{{ applied_as(this.identifier) }}'
            )
            or {{ rule.foreign_keys_below }} > (
                select count(*) from pg_constraint
                where
                    conrelid = to_regclass('{{ this }}')
                    and contype = 'f'
            )
            or (
                select sum(rows_in) from {{ loads }} as loads
                where dataset = 'biometrics'
            ) > 2 * (select sum(rows_in) from applied)
    {%- endset -%}
    {{ return(run_query(query).columns[0].values()[0]) }}
{% endmacro %}
