-- Copies the rows of a load to another one.
select raw.copy_load(%(load_id)s, %(to_load_id)s);
