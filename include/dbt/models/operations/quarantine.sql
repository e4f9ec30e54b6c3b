with

rejections as (
    select * from {{ source('raw', 'rejections') }}
),

decisions as (
    select * from {{ source('raw', 'quarantine_decisions') }}
),

loads as (
    select * from {{ source('raw', 'loads') }}
    where status = 'loaded'
),

successors as (
    select supersedes from {{ source('raw', 'loads') }}
    where supersedes is not null
),

rejected_and_decided as (
    select
        load_id,
        reason,
        rows as rows_rejected,
        0 as rows_discarded,
        0 as rows_released,
        quarantine_key,
        null::timestamptz as decided_at
    from rejections
    union all
    select
        load_id,
        reason,
        0 as rows_rejected,
        case action when 'discard' then rows else 0 end as rows_discarded,
        case action when 'release' then rows else 0 end as rows_released,
        null as quarantine_key,
        decided_at
    from decisions
),

by_reason as (
    select
        load_id,
        reason,
        sum(rows_rejected)::bigint as rows_rejected,
        sum(rows_discarded)::bigint as rows_discarded,
        sum(rows_released)::bigint as rows_released,
        max(quarantine_key) as quarantine_key,
        max(decided_at) as decided_at
    from rejected_and_decided
    group by load_id, reason
),

final as (
    select
        by_reason.load_id,
        loads.landing_zone,
        loads.dataset,
        loads.object_key,
        loads.rows_in,
        by_reason.reason,
        by_reason.rows_rejected,
        by_reason.rows_discarded,
        -- Discarded rows may have left with their hero since.
        greatest(by_reason.rows_rejected - by_reason.rows_discarded, 0)
            as rows_waiting,
        by_reason.rows_released,
        by_reason.quarantine_key,
        by_reason.decided_at
    from by_reason
    inner join loads on by_reason.load_id = loads.load_id
    left join successors on by_reason.load_id = successors.supersedes
    where successors.supersedes is null
)

select * from final
