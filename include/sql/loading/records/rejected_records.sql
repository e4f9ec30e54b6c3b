-- One row per rejected record of one object, with its reason, source key and row number. DuckDB runs this.
-- sqlfluff:dialect:duckdb
-- sqlfluff:templater:placeholder:param_style:question_mark
select
    unnest(?::varchar[]) as reason,
    ?::varchar as source_key,
    unnest(?::bigint[]) as row_number,
    unnest(?::varchar[]) as record
