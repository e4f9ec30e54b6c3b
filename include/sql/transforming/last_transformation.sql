-- The last finished transformation.
select transformations.project_checksum
from meta.transformations
order by transformations.finished_at desc
limit 1;
