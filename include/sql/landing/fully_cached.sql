-- Which of the objects are in the cache since they were fetched whole. What had to make way and was asked for again is
-- there in the ranges that were needed, not from its first byte to its last.
with fetched as (
    select
        unnest(?::varchar[]) as url,
        unnest(?::bigint[]) as size_bytes
)

select fetched.url
from fetched
inner join duckdb_external_file_cache() as cached on fetched.url = cached.path
where cached.loaded and cached.location = 0 and cached.nr_bytes = fetched.size_bytes;
