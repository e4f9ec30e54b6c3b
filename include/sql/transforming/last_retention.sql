-- The last order of the retention: which readings are too old for the marts.
select coalesce(max(retentions.retention_id), 0) as retention_id
from raw.retentions
where retentions.layer = 'marts';
