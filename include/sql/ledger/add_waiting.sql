-- Adds objects that a run leaves to the next ones, not sorted yet.
insert into meta.waiting (landing_zone, dataset, is_last, object_count, size_bytes, objects)
values (%(landing_zone)s, %(dataset)s, %(is_last)s, %(object_count)s, %(size_bytes)s, %(objects)s);
