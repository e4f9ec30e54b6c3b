-- The columns of some objects that have dictionaries nearly everywhere and take less than two bytes a value: their
-- pages hold places in dictionaries of few values, and hardly any value itself. The last row group of an object may be
-- so small that it has no dictionary. few_plausible gains more than it loses there up to an eighth of the values.
-- sqlfluff:dialect:duckdb
-- sqlfluff:templater:placeholder:param_style:question_mark
select path_in_schema as column_name
from parquet_metadata(?)
group by path_in_schema
having
    sum(case when encodings like '%DICTIONARY%' then 0 else num_values end) <= 0.05 * sum(num_values)
    and sum(total_uncompressed_size) < 2 * sum(num_values);
