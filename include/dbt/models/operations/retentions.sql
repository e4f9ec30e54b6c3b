with

retentions as (
    select * from {{ source('raw', 'retentions') }}
),

final as (
    select
        retention_id,
        retired_at,
        layer,
        horizon,
        objects,
        rows,
        dag_run_id
    from retentions
)

select * from final
