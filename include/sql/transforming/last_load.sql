-- The last load in the order of the commits. A duplicate counts, because it may supersede a load.
select
    loads.position,
    loads.loaded_at
from raw.loads
where loads.status <> 'failed'
order by loads.position desc
limit 1;
