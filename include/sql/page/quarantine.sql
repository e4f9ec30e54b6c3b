-- The objects with the most rejected rows. Reasons are looked up only for the few that are shown.
with quarantined as (
    select
        load_history.load_id,
        load_history.object_key,
        load_history.rows_rejected
    from operations.load_history
    where load_history.is_current and load_history.rows_rejected > 0
),

largest as (
    select quarantined.load_id
    from quarantined
    order by quarantined.rows_rejected desc, quarantined.object_key collate "C" asc
    limit %(limit)s
)

select
    load_history.landing_zone,
    load_history.object_key,
    load_history.rows_in,
    load_history.rows_rejected,
    load_history.rejection_reasons,
    load_history.quarantine_key,
    (select count(*) from quarantined) as objects_in_all,
    (select sum(quarantined.rows_rejected)::bigint from quarantined) as rows_in_all
from operations.load_history
where load_history.load_id = any(array(select largest.load_id from largest))
order by load_history.rows_rejected desc, load_history.object_key collate "C" asc;
