-- The last load in the order of the commits.
select
    loads.position,
    loads.loaded_at
from raw.loads
where loads.status = 'loaded'
order by loads.position desc
limit 1;
