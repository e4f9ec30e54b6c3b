select count(*)
from minutes
join claimed on minutes.url = claimed.url
where minutes.reason is null;
