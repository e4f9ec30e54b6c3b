-- One row per rejected reading of one object: the reading as delivered, with its reason, source key and row number.
select * exclude (cerebro_url)
from (
    select
        judged.reason,
        getvariable('source_key') as source_key,
        judged.row_number,
        unnest(judged.source)
    from judged_readings([getvariable('url')]) as judged
    where judged.reason is not null
) as rejected
order by row_number
