-- The rows that stay, in their order, as they are written. Python fills in the names between underscores.
select __columns__
from left_rows
order by file_row_number
