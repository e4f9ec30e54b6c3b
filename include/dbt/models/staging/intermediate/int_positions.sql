{{ config(unique_key=['after_position', 'until_position']) }}

with

loads as (
    select * from {{ source('raw', 'loads') }}
),

tables as (
    select * from {{ source('meta', 'tables') }}
),

final as (
    select
        {{ after_position('tables') }} as after_position,
        coalesce(
            (
                select loads.position
                from loads
                where loads.status <> 'failed'
                order by loads.position desc
                limit 1
            ),
            0
        ) as until_position
)

select * from final
