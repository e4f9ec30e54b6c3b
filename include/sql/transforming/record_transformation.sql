-- Records a finished transformation: all tables are complete up to the position. Models that the project has no more
-- are forgotten.
insert into meta.transformations (position, loaded_at, project_checksum, retention_id)
values (%(position)s, %(loaded_at)s, %(project_checksum)s, %(retention_id)s);

update meta.tables
set
    position = %(position)s,
    loaded_at = %(loaded_at)s::timestamptz
where tables.model = any(%(models)s);

delete from meta.tables
where tables.model <> all(%(models)s);
