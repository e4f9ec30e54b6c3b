-- The rows that leave a table, each with the object that it is of. They are sorted as the block range index of
-- raw.biometrics needs them.
with minutes as (
    select * exclude (partition, block_range)
    from leaving
)

select
    minutes.*,
    sources.landing_zone,
    sources.object_key,
    sources.etag
from minutes
left join sources on minutes.load_id = sources.load_id
order by minutes.load_id, minutes.minute_at, minutes.hero_id
