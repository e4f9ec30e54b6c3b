-- The readings that were rejected for one reason, corrected. quarantine_row is the place of each in the object. Python
-- fills in the names between underscores, each with an expression of one column.
select
    __timestamp__ as "timestamp",
    __hero_id__ as hero_id,
    __heart_rate__ as heart_rate,
    __stress_level__ as stress_level,
    __energy_output__ as energy_output,
    row_number as quarantine_row
from quarantined
where reason = getvariable('release_reason')
order by row_number
