-- The objects and reasons with the most rejected rows that wait for a decision.
select
    quarantine.load_id,
    quarantine.landing_zone,
    quarantine.dataset,
    quarantine.object_key,
    quarantine.reason,
    quarantine.rows_in,
    quarantine.rows_waiting,
    quarantine.rows_discarded,
    quarantine.rows_released,
    quarantine.quarantine_key
from operations.quarantine
where quarantine.rows_waiting > 0
order by quarantine.rows_waiting desc, quarantine.object_key collate "C" asc, quarantine.reason collate "C" asc
limit %(limit)s;
