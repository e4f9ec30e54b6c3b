{{ config(unique_key=['after_position', 'until_position']) }}

with

loads as (
    select * from {{ source('raw', 'loads') }}
),

transformations as (
    select * from {{ source('meta', 'transformations') }}
),

final as (
    select
        {% if flags.FULL_REFRESH %}
        0 as after_position,
        {% else %}
        coalesce(
            (
                select transformations.position
                from transformations
                order by transformations.finished_at desc
                limit 1
            ),
            0
        ) as after_position,
        {% endif %}
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
