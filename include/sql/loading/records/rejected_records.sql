-- One row per rejected record of one object, with its reason, source key, row number, and line number in a CSV file.
-- The file that is read has one JSON array a line. DuckDB runs this.
-- sqlfluff:dialect:duckdb
-- sqlfluff:templater:placeholder:param_style:question_mark
select
    json ->> 0 as reason,
    getvariable('source_key') as source_key,
    cast(json ->> 1 as bigint) as row_number,
    cast(json ->> 2 as bigint) as line_number,
    json ->> 3 as record
from read_json_objects(?, format = 'newline_delimited', maximum_object_size = ?)
