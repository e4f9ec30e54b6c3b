-- Adds one row for a finished transformation.
insert into meta.transformations (project_checksum, load_count, last_load_id, last_loaded_at)
values (%(project_checksum)s, %(load_count)s, %(last_load_id)s, %(last_loaded_at)s);
