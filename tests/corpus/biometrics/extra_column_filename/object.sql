select
    *,
    'me.parquet' as filename,
    7 as file_row_number,
    'x' as url,
    1 as reason
from readings(3)
