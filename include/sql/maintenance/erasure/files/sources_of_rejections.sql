select distinct rejected.source_key
from read_parquet(?, file_row_number = true) as rejected
semi join erased on rejected.file_row_number = erased.file_row_number
