copy raw.heroes (load_id, row_number, record, fields) from stdin
