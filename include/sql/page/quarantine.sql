select
    load_history.object_key,
    load_history.rows_in,
    load_history.rows_rejected,
    load_history.rejection_reasons,
    load_history.quarantine_key,
    count(*) over () as objects_in_all,
    (sum(load_history.rows_rejected) over ())::bigint as rows_in_all
from analytics.load_history
where load_history.is_current and load_history.rows_rejected > 0
order by load_history.rows_rejected desc, load_history.object_key collate "C"
limit %(limit)s;
