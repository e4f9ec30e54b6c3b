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
    load_history.loaded_at
from operations.quarantine
inner join operations.load_history on quarantine.load_id = load_history.load_id
where quarantine.load_id = %(load_id)s and quarantine.reason = %(reason)s;
