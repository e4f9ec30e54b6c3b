-- What was not taken as it came, by landing zone, column and reason, with an example; the most rows first.
select
    notices.landing_zone,
    notices.dataset,
    notices.column_name,
    notices.reason,
    count(*) as objects,
    sum(notices.rows)::bigint as rows_in_all,
    (array_agg(notices.object_key order by notices.rows desc, notices.object_key collate "C"))[1] as object_key,
    count(*) over () as in_all
from operations.notices
group by notices.landing_zone, notices.dataset, notices.column_name, notices.reason
order by rows_in_all desc, notices.column_name collate "C" asc, notices.reason asc
limit %(limit)s;
