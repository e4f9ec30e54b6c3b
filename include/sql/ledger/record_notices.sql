-- Adds one row per load, column and reason to raw.notices.
insert into raw.notices (load_id, column_name, reason, rows, kept_as)
select
    notices.load_id,
    notices.column_name,
    notices.reason,
    notices.row_count,
    notices.kept_as
from unnest(
    %(load_ids)s::bigint[], %(column_names)s::text[], %(reasons)s::text[], %(row_counts)s::bigint[], %(kept_as)s::text[]
) as notices (load_id, column_name, reason, row_count, kept_as);
