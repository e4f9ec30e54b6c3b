-- How much is in quarantine, and what was decided.
select
    count(*) filter (where quarantine.rows_waiting > 0) as entries,
    count(distinct quarantine.load_id) filter (where quarantine.rows_waiting > 0) as objects,
    coalesce(sum(quarantine.rows_waiting), 0)::bigint as rows_waiting,
    coalesce(sum(quarantine.rows_discarded), 0)::bigint as rows_discarded,
    coalesce(sum(quarantine.rows_released), 0)::bigint as rows_released
from operations.quarantine;
