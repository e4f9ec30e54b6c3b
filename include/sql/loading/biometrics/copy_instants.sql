copy raw.instants (load_id, hero_id, hour_at, minute_at, offsets) from stdin (format binary)
