-- The newest load of each dataset. (The newest reading comes from heroes.sql.)
select
    load_history.dataset,
    count(*) as objects,
    max(load_history.loaded_at) as loaded_at,
    case load_history.dataset when 'missions' then (select max(dim_missions.mission_at) from marts.dim_missions) end
        as newest_at
from operations.load_history
where load_history.status = 'loaded' and load_history.is_current
group by load_history.dataset
order by load_history.dataset;
