with

reconciliations as (
    select * from {{ source('meta', 'reconciliations') }}
),

final as (
    select
        dag_run_id,
        checked_at,
        readings_in,
        readings_in_facts,
        readings_rejected,
        readings_erased,
        readings_retired,
        difference,
        difference = 0 as is_conserved
    from reconciliations
)

select * from final
