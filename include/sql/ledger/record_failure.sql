-- Marks an object version as failed. A retry that fails again updates the same row.
insert into raw.loads (
    landing_zone, dataset, object_key, etag, size_bytes, landed_at, rows_in, rows_loaded, rows_rejected, status, error,
    rules_version, dag_run_id
)
values (
    %(landing_zone)s, %(dataset)s, %(object_key)s, %(etag)s, %(size_bytes)s, %(landed_at)s, 0, 0, 0, 'failed',
    %(error)s, %(rules_version)s, %(dag_run_id)s
)
on conflict (landing_zone, object_key, etag) where status = 'failed' do update
set
    error = excluded.error,
    rules_version = excluded.rules_version,
    dag_run_id = excluded.dag_run_id,
    landed_at = excluded.landed_at,
    loaded_at = excluded.loaded_at,
    resolved_at = null;
