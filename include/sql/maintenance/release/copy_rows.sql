-- Copies the records of a load to the load that supersedes it.
select raw.copy_rows(%(table_name)s, %(load_id)s, %(to_load_id)s);
