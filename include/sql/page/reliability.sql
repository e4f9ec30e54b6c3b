-- The ranking of analytics.reliability, without heroes who were on no successful mission.
select
    reliability.hero_name,
    reliability.successful_missions_count,
    reliability.avg_stress_level
from analytics.reliability
where reliability.successful_missions_count > 0
order by reliability.rank
limit %(limit)s;
