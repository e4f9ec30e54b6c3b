select
    unnest([
        '"2025-01-01T12:00:00Z"', '"2025-01-01 14:00:01+02:00"', '"2025-01-01T12:00:02"', '"2025-01-01T12:00:03Z"',
        '"2025-01-01T12:00:04Z"', '"yesterday"', 'null', '20250101', '"2025-01-01T12:00:05Z"', '"2025-01-01T12:00:06Z"'
    ])::json as "timestamp",
    unnest([
        '"Hulk"', '"\u0048ulk"', '" Hulk "', '7', '7.0', '"Hulk"', '"Hulk"', '"Hulk"', 'null', '"n/a"'
    ])::json as hero_id,
    unnest(['80.5', '"81.5"', 'null', '"n/a"', '[1]', '80', '80', '80', '80', '80'])::json as heart_rate,
    '20'::json as stress_level,
    '"900"'::json as energy_output
