copy raw.heroes (load_id, row_number, record) from stdin
