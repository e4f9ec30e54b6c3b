-- The rows of a file of the archive that come back, each to the loads that have it now, without those of heroes who
-- were forgotten. They are sorted as the block range index of raw.biometrics needs them.
with minutes as (
    select
        load_id as archived_load_id,
        * exclude (load_id, landing_zone, object_key, etag)
    from archived
    where not list_contains(getvariable('gone'), hero_id)
),

restored as (
    select
        targets.to_load_id as load_id,
        minutes.*
    from minutes
    inner join targets on minutes.archived_load_id = targets.load_id
)

select * exclude (archived_load_id)
from restored
order by load_id, minute_at
