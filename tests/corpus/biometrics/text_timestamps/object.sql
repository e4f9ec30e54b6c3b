select
    unnest([
        '2025-01-01T12:00:00Z', '2025-01-01 14:00:01+02:00', '2025-01-01T12:00:02',
        '2025-01-01T17:30:03.5+05:30', 'yesterday', '2025-13-01T00:00:00Z', '', null
    ]) as "timestamp",
    'Hulk' as hero_id,
    80 as heart_rate,
    20 as stress_level,
    900 as energy_output
