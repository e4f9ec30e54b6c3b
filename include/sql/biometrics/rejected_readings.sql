-- The rejected readings of one object, as they came, each with its reason, source key and row number.
select
    judged.reason,
    getvariable('source_key') as source_key,
    judged.row_number,
    source.* exclude (filename, file_row_number)
from judged_readings([getvariable('url')]) as judged
join read_parquet([getvariable('url')], filename = true, file_row_number = true) as source
    on judged.row_number = source.file_row_number + 1
where judged.reason is not null
order by judged.row_number
