-- Adds one row for a finished transformation.
insert into meta.transformations (position, loaded_at, project_checksum, rules)
values (%(position)s, %(loaded_at)s, %(project_checksum)s, %(rules)s::jsonb);
