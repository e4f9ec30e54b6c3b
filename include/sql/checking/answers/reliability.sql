-- Reliability: who was on the most successful missions, and how stressed were they?
SELECT hero_name, COUNT(DISTINCT mission_id) AS successful_missions_count, AVG(stress_level) AS avg_stress_level
FROM analytics.obt_cerebro_restored
WHERE mission_outcome = 'Successful'
GROUP BY hero_name ORDER BY successful_missions_count DESC NULLS LAST LIMIT 1;
