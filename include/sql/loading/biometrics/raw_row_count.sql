-- The number of rows that raw_rows.sql returns.
select count(*)
from minutes
inner join claimed on minutes.url = claimed.url
where minutes.reason is null;
