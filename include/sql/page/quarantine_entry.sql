-- What waits of one load and reason, and when the load was.
select
    quarantine.load_id,
    quarantine.landing_zone,
    quarantine.dataset,
    quarantine.object_key,
    quarantine.reason,
    quarantine.rows_rejected,
    quarantine.rows_waiting,
    quarantine.quarantine_key,
    (
        select load_history.loaded_at from operations.load_history
        where load_history.load_id = quarantine.load_id
    ) as loaded_at
from operations.quarantine
where quarantine.load_id = %(load_id)s and quarantine.reason = %(reason)s;
