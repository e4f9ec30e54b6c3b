-- The Hulk Factor: who puts out the most energy, on average, on high-risk missions?
SELECT hero_name, AVG(energy_output) AS avg_energy_output
FROM analytics.obt_cerebro_restored
WHERE structural_damage > 10000 AND mission_id IS NOT NULL
GROUP BY hero_name ORDER BY avg_energy_output DESC NULLS LAST LIMIT 1;
