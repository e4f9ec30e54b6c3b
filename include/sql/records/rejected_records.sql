-- Rejected records, each with its reason, source key and row number.
select
    unnest(?::varchar[]) as reason,
    ?::varchar as source_key,
    unnest(?::bigint[]) as row_number,
    unnest(?::varchar[]) as record
