-- How far the quarantine is clean.
select
    erasure_progress.last_key,
    erasure_progress.objects_rewritten,
    erasure_progress.rows_removed,
    erasure_progress.is_finished
from meta.erasure_progress
where erasure_progress.erasure_id = %(erasure_id)s;
