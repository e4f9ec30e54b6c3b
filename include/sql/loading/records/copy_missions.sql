copy raw.missions (load_id, row_number, mission_at, record, fields) from stdin
