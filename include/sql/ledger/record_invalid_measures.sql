insert into raw.invalid_measures (load_id, measure, readings) values %s;
