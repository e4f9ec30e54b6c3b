-- The last finished transformation. is_of_this_history is false if the load at its position is not the same any more:
-- raw was rebuilt, or restored from an older backup.
select
    transformations.position,
    transformations.project_checksum,
    transformations.rules,
    transformations.loaded_at is null or exists (
        select from raw.loads
        where loads.position = transformations.position and loads.loaded_at = transformations.loaded_at
    ) as is_of_this_history
from meta.transformations
order by transformations.finished_at desc
limit 1;
