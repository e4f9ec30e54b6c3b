-- The ranking of analytics.hulk_factor, without heroes who were never measured on a high-risk mission.
select
    hulk_factor.hero_name,
    hulk_factor.avg_energy_output
from analytics.hulk_factor
where hulk_factor.avg_energy_output is not null
order by hulk_factor.rank
limit %(limit)s;
