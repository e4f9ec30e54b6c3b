-- The fetched objects that the cache still holds in one piece, as they were prefetched. An object that was evicted and
-- read again is cached in the ranges that were read, not from its first byte to its last.
with fetched as (
    select
        unnest(?::varchar[]) as url,
        unnest(?::bigint[]) as size_bytes
)

select fetched.url
from fetched
inner join duckdb_external_file_cache() as cached on fetched.url = cached.path
where cached.loaded and cached.location = 0 and cached.nr_bytes = fetched.size_bytes;
