-- The last finished transformation, with the last order of the retention that it saw.
select
    transformations.project_checksum,
    transformations.retention_id
from meta.transformations
order by transformations.finished_at desc
limit 1;
