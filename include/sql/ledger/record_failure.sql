-- Marks an object version as failed. A retry that fails again updates the same row.
insert into raw.loads (
    dataset, object_key, etag, size_bytes, rows_in, rows_loaded, rows_rejected, status, error, dag_run_id
)
values (%(dataset)s, %(object_key)s, %(etag)s, %(size_bytes)s, 0, 0, 0, 'failed', %(error)s, %(dag_run_id)s)
on conflict (object_key, etag) where status = 'failed' do update
set error = excluded.error, dag_run_id = excluded.dag_run_id, loaded_at = excluded.loaded_at;
