-- Notes that the load task of a batch is through with it.
update meta.manifests
set finished_at = clock_timestamp()
where batch = %(batch)s;
