-- The notices of a load.
select
    notices.column_name,
    notices.reason,
    notices.kept_as,
    notices.rows
from raw.notices
where notices.load_id = %(load_id)s;
