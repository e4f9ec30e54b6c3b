{#- meta.applied_loads has one row per model and load that it has applied. A watermark
    would not do, because loads commit in any order. load_id alone would not do either:
    after raw is rebuilt, the same number names another load. -#}


{#- The model's name in meta.applied_loads. It includes the settings that change every
    row of the model. -#}
{% macro applied_model_name(model_name) -%}
    {%- if model_name == 'obt_cerebro_restored' -%}
        {{ model_name }} mission_duration_minutes={{ mission_duration() }}
    {%- else -%}
        {{ model_name }}
    {%- endif -%}
{%- endmacro %}


{#- Creates temporary tables in the model's transaction:
    pending_loads          one row per load that the model has not applied and that its
                           upstream model has
    affected_loads         one row per pending load, and per load that one supersedes
    affected_load_ranges   one row per gapless range of affected biometrics loads,
                           because raw.biometrics has a block range index.

    In an incremental run it locks the model's table; in a full refresh it deletes the
    model's rows of meta.applied_loads.

    upstream: {dataset: the model that must have applied its loads, or none} -#}
{% macro create_pending_loads(upstream) %}
    {%- set loads = ref('int_loads') -%}
    {%- set applied_loads = source('meta', 'applied_loads') %}
    {% if not is_incremental() %}
    delete from {{ applied_loads }}
    where split_part(applied_loads.model, ' ', 1) = '{{ this.identifier }}';
    {% else %}
    -- Concurrent runs take turns.
    lock table {{ this }} in share row exclusive mode;
    {% endif %}

    create temporary table pending_loads on commit drop as
    select loads.load_id, loads.loaded_at, loads.dataset, loads.supersedes
    from {{ loads }} as loads
    where
        not exists (
            select from {{ applied_loads }}
            where
                applied_loads.model = '{{ applied_model_name(this.identifier) }}'
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


{#- Records the pending loads as applied, in the transaction that wrote the model's rows,
    and deletes the rows of loads that no longer exist. -#}
{% macro record_applied_loads() %}
    {%- set applied_loads = source('meta', 'applied_loads') %}
    delete from {{ applied_loads }}
    where
        applied_loads.model = '{{ applied_model_name(this.identifier) }}'
        and not exists (
            select from {{ ref('int_loads') }} as loads
            where
                loads.load_id = applied_loads.load_id
                and loads.loaded_at = applied_loads.loaded_at
        );

    insert into {{ applied_loads }} (model, load_id, loaded_at)
    select '{{ applied_model_name(this.identifier) }}', load_id, loaded_at
    from pending_loads;
{% endmacro %}


{#- Overrides dbt's macro with one more reason for a full refresh: a model that records
    its applied loads (meta: rebuilt_when) cannot always be updated incrementally. -#}
{% macro should_full_refresh() %}
    {%- set configured = config.get('full_refresh') -%}
    {%- if configured is not none -%}
        {{ return(configured) }}
    {%- endif -%}
    {{ return(flags.FULL_REFRESH or rebuild_is_due()) }}
{% endmacro %}


{#- Queries the warehouse. True when
    - a load that the model has applied no longer exists (raw was rebuilt),
    - the model was built with another mission_duration_minutes,
    - a foreign key is missing (a dimension was dropped by hand),
    - or more readings are pending than the model holds: a rebuild is then cheaper than
      an incremental run. -#}
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
                where model <> '{{ applied_model_name(this.identifier) }}'
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
