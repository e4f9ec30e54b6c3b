-- One row per rejected record of one object, with its reason, source key, row number, and line number in a CSV file.
-- The file that is read has one record a line, with tabs between its values. DuckDB runs this.
-- sqlfluff:dialect:duckdb
-- sqlfluff:templater:placeholder:param_style:question_mark
select
    reason,
    getvariable('source_key') as source_key,
    row_number,
    line_number,
    replace(
        replace(replace(replace(record, chr(26) || '3', chr(9)), chr(26) || '2', chr(13)), chr(26) || '1', chr(10)),
        chr(26) || '0', chr(26)
    ) as record
from read_csv(
    ?,
    columns = { 'reason': 'varchar', 'row_number': 'bigint', 'line_number': 'bigint', 'record': 'varchar' },
    auto_detect = false,
    header = false,
    delim = '\t',
    quote = '',
    escape = '',
    nullstr = '',
    force_not_null = ['record'],
    new_line = '\n',
    max_line_size = ?,
    buffer_size = ?
)
