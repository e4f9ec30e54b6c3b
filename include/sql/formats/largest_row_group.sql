-- The bytes of the largest row group of some objects.
-- sqlfluff:dialect:duckdb
-- sqlfluff:templater:placeholder:param_style:question_mark
select max(row_groups.size_bytes) as size_bytes
from (
    select sum(total_compressed_size) as size_bytes
    from parquet_metadata(?)
    group by file_name, row_group_id
) as row_groups
