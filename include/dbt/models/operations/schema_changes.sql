with

final as (
    select
        noted_at,
        landing_zone,
        dataset,
        column_name,
        change,
        column_type,
        object_key,
        dag_run_id
    from {{ source('raw', 'schema_changes') }}
    where change <> 'first'
)

select * from final
