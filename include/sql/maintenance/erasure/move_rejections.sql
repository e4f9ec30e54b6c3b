-- Counts the rows that leave a file of the quarantine as those of a hero who was forgotten, as a load after the
-- erasure does. Idempotent: it is given how many rows of each reason stay. Requires the lock of the loads.
with kept as (
    select
        given.reason,
        given.rows
    from unnest(%(reasons)s::text[], %(rows)s::bigint[]) as given (reason, rows)
),

moved as (
    select
        rejections.load_id,
        rejections.reason,
        rejections.rows,
        coalesce(kept.rows, 0) as kept_rows
    from raw.rejections
    left join kept on rejections.reason = kept.reason
    where rejections.quarantine_key = %(quarantine_key)s and rejections.rows > coalesce(kept.rows, 0) -- noqa: RF02
),

gone as (
    delete from raw.rejections
    using moved
    where rejections.load_id = moved.load_id and rejections.reason = moved.reason and moved.kept_rows = 0
),

fewer as (
    update raw.rejections
    set rows = moved.kept_rows
    from moved
    where rejections.load_id = moved.load_id and rejections.reason = moved.reason and moved.kept_rows > 0
)

insert into raw.rejections (load_id, reason, rows)
select
    moved.load_id,
    'erased_hero' as reason,
    sum(moved.rows - moved.kept_rows) as rows
from moved
group by moved.load_id
on conflict (load_id, reason) do update
set rows = rejections.rows + excluded.rows;
