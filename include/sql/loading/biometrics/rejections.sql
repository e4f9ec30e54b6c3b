-- One row per object and rejection reason.
select
    url,
    reason,
    cast(sum(reading_count) as bigint) as readings
from minutes
where reason is not null
group by url, reason
order by url, reason;
