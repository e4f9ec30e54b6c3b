-- How much of the table `chosen` there is; Python puts the query of chosen.sql before this one.
select
    count(*) as objects,
    coalesce(sum(chosen.size_bytes), 0)::bigint as size_bytes,
    coalesce(sum(chosen.rows_in), 0)::bigint as rows_in,
    count(*) filter (where chosen.has_released_rows) as objects_with_released_rows
from chosen
