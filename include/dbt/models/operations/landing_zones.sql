with

listings as (
    select * from {{ source('meta', 'listings') }}
),

last_run as (
    select dag_run_id
    from listings
    order by listed_at desc
    limit 1
),

final as (
    select
        listings.landing_zone,
        listings.listed_at,
        listings.objects,
        listings.new_objects,
        listings.unrecognised,
        listings.examples,
        listings.notes,
        listings.error,
        listings.dag_run_id,
        listings.objects_waiting,
        listings.bytes_waiting
    from listings
    inner join last_run on listings.dag_run_id = last_run.dag_run_id
)

select * from final
