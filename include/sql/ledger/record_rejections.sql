insert into raw.rejections (load_id, reason, rows, quarantine_key) values %s;
