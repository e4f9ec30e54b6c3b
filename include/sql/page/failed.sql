-- Objects whose last load failed, the latest first.
select
    load_history.landing_zone,
    load_history.object_key,
    load_history.error,
    load_history.loaded_at,
    count(*) over () as in_all
from operations.load_history
where load_history.status = 'failed' and load_history.is_current
order by load_history.loaded_at desc, load_history.object_key collate "C"
limit %(limit)s;
