-- Writes a batch that a run is to load; returns its number.
insert into meta.manifests (dag_run_id, landing_zone, dataset, object_count, size_bytes, objects)
values (%(dag_run_id)s, %(landing_zone)s, %(dataset)s, %(object_count)s, %(size_bytes)s, %(objects)s)
returning batch;
