select * from (
    values
    (timestamp '2025-01-01 12:00:00', 'Hulk', 80.5::double, 20::double, 900::double),
    (timestamp '2025-01-01 12:00:01', null, 80.5, 20, 900),
    (timestamp '2025-01-01 12:00:02', e' \t\r\n', 80.5, 20, 900),
    (null, 'Hulk', 80.5, 20, 900),
    ('infinity', 'Hulk', 80.5, 20, 900),
    ('-infinity', 'Hulk', 80.5, 20, 900),
    (timestamp '12025-01-01 12:00:00', 'Hulk', 80.5, 20, 900),
    (timestamp '0044-03-15 (BC) 12:00:00', 'Hulk', 80.5, 20, 900),
    (timestamp '2025-01-01 12:00:03', 'Hulk', null, null, null),
    (timestamp '2025-01-01 12:00:04', 'Hulk', 300.5, -1, '-inf'),
    (timestamp '2025-01-01 12:00:05', 'Hulk', 'nan', 'nan', 'inf'),
    (timestamp '2025-01-01 12:00:06', 'Hulk', 'nan', 20, -900),
    (timestamp '0001-01-01 00:00:00', 'Hulk', 0, 0, 0),
    (timestamp '9999-12-31 23:59:59.999999', 'Hulk', 300, 0, 0)
) as readings ("timestamp", hero_id, heart_rate, stress_level, energy_output)
