insert into meta.schema_versions (checksum, objects) values (%(checksum)s, %(objects)s::text[]);
