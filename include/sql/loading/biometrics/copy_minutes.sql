copy raw.biometrics (
    load_id, hero_id, minute_at, reading_count,
    heart_rate_count, heart_rate_sum, heart_rate_min, heart_rate_max,
    stress_level_count, stress_level_sum, stress_level_min, stress_level_max,
    energy_output_count, energy_output_sum, energy_output_min, energy_output_max,
    seconds
) from stdin (format binary)
