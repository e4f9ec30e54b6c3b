{{ config(unique_key='load_id') }}

with

-- A CTE that is read twice would be materialized: all loads of history.
loads as not materialized (
    select * from {{ source('raw', 'loads') }}
),

positions as (
    select * from {{ ref('int_positions') }}
),

new_loads as (
    select loads.*
    from loads
    where
        {% if everything_is_rebuilt() -%}
        -- All rows are computed: no model asks which are stale.
        false and
        {%- endif %}
        -- A duplicate has no rows, but may supersede a load.
        loads.status <> 'failed'
        and loads.position
        > (select positions.after_position from positions)
        and loads.position
        <= (select positions.until_position from positions)
),

final as (
    select
        new_loads.load_id,
        new_loads.dataset,
        new_loads.object_key,
        new_loads.rows_in,
        new_loads.rows_rejected,
        new_loads.load_id not in (
            select successors.supersedes from new_loads as successors
            where successors.supersedes is not null
        ) as is_current
    from new_loads

    union all

    select
        loads.load_id,
        loads.dataset,
        loads.object_key,
        loads.rows_in,
        loads.rows_rejected,
        false as is_current
    from new_loads
    -- `offset 0` has PostgreSQL look up the few. It would hash all of history.
    cross join lateral (
        select loads.*
        from loads
        where
            loads.load_id = new_loads.supersedes
            and loads.position
            <= (select positions.after_position from positions)
        offset 0
    ) as loads
)

select * from final
