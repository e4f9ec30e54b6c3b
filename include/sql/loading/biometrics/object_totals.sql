-- One row per object: readings loaded and rejected, and invalid values of each measure among the loaded readings.
select
    url,
    cast(coalesce(sum(reading_count) filter (reason is null), 0) as bigint) as rows_loaded,
    cast(coalesce(sum(reading_count) filter (reason is not null), 0) as bigint) as rows_rejected,
    cast(coalesce(sum(heart_rate_invalid) filter (reason is null), 0) as bigint) as heart_rate_invalid,
    cast(coalesce(sum(stress_level_invalid) filter (reason is null), 0) as bigint) as stress_level_invalid,
    cast(coalesce(sum(energy_output_invalid) filter (reason is null), 0) as bigint) as energy_output_invalid
from minutes
group by url;
