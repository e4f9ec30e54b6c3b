-- Removes the batches of earlier days. The tasks of a run read theirs within the day.
delete from meta.manifests
where written_at < now() - interval '1 day';
