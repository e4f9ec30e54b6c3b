-- The records that were rejected for one reason.
select
    row_number,
    line_number,
    record
from quarantined
where reason = getvariable('release_reason')
order by row_number;
