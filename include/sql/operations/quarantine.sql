set local role cerebro_transformer;

create or replace view operations.quarantine as
with

successors as (
    select supersedes from raw.loads
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
    from raw.rejections

    union all

    select
        load_id,
        reason,
        0 as rows_rejected,
        case action when 'discard' then rows else 0 end as rows_discarded,
        case action when 'release' then rows else 0 end as rows_released,
        null as quarantine_key,
        decided_at
    from raw.quarantine_decisions
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
)

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
    greatest(by_reason.rows_rejected - by_reason.rows_discarded, 0) as rows_waiting,
    by_reason.rows_released,
    by_reason.quarantine_key,
    by_reason.decided_at
from by_reason
inner join raw.loads on by_reason.load_id = loads.load_id
left join successors on by_reason.load_id = successors.supersedes
where loads.status = 'loaded' and successors.supersedes is null;

comment on view operations.quarantine is
    'One row per load in force and reason of its rejected rows: how many wait for a decision, and what was decided. '
    'Discarded rows stay rejected. Released rows are in force. To decide, trigger the DAG cerebro_release.';
comment on column operations.quarantine.load_id is 'The id of the load (raw.loads).';
comment on column operations.quarantine.landing_zone is 'The name of the landing zone that delivered the object.';
comment on column operations.quarantine.dataset is 'The dataset: heroes, missions or biometrics.';
comment on column operations.quarantine.object_key is 'The key of the object in the landing zone.';
comment on column operations.quarantine.rows_in is 'The number of records or readings in the object.';
comment on column operations.quarantine.reason is 'Why the rows are, or were, rejected.';
comment on column operations.quarantine.rows_rejected is 'The number of rows that are rejected for this reason.';
comment on column operations.quarantine.rows_discarded is 'The number of those that somebody has discarded.';
comment on column operations.quarantine.rows_waiting is 'The number of those that wait for a decision.';
comment on column operations.quarantine.rows_released is
    'The number of rows that were rejected for this reason, and were released since.';
comment on column operations.quarantine.quarantine_key is
    'The key of the rejected rows'' Parquet file in the bucket cerebro-quarantine; null if there are none.';
comment on column operations.quarantine.decided_at is 'When the last decision was made; else null.';

reset role;
