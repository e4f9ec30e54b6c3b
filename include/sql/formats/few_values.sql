-- The columns of some objects that have dictionaries everywhere and take less than two bytes a value: their pages hold
-- places in dictionaries of few values, and hardly any value itself.
-- sqlfluff:dialect:duckdb
-- sqlfluff:templater:placeholder:param_style:question_mark
select path_in_schema as column_name
from parquet_metadata(?)
group by path_in_schema
having bool_and(encodings like '%DICTIONARY%') and sum(total_uncompressed_size) < 2 * sum(num_values);
