copy raw.load_hours (load_id, hero_id, hour_at, reading_count) from stdin (format binary)
