-- What was ingested on each of the last days with new objects, in UTC.
select
    (load_history.loaded_at at time zone 'UTC')::date as day,
    count(*) filter (where load_history.status = 'loaded') as objects_loaded,
    count(*) filter (where load_history.status = 'failed') as objects_failed,
    sum(load_history.rows_in)::bigint as rows_in,
    sum(load_history.rows_loaded)::bigint as rows_loaded,
    sum(load_history.rows_rejected)::bigint as rows_rejected
from operations.load_history
group by day
order by day desc
limit %(limit)s;
