-- Notes that files of the quarantine are gone: rejections and notices are counted, and kept nowhere. Returns the number
-- of rejected rows of loads in force.
with rejected as (
    update raw.rejections
    set quarantine_key = null
    where rejections.quarantine_key = any(%(keys)s)
    returning rejections.load_id, rejections.rows
),

noticed as (
    update raw.notices
    set kept_as = null
    where notices.kept_as = any(%(keys)s)
),

counted as (
    select coalesce(sum(rejected.rows), 0)::bigint as rows
    from rejected
    inner join raw.current_loads on rejected.load_id = current_loads.load_id
),

noted as (
    insert into raw.retentions (layer, dag_run_id, horizon, objects, rows)
    select
        'quarantine' as layer,
        %(dag_run_id)s,
        %(horizon)s,
        cardinality(%(keys)s) as objects,
        counted.rows
    from counted
    on conflict (dag_run_id, layer, horizon) do update
    set
        objects = retentions.objects + excluded.objects,
        rows = retentions.rows + excluded.rows,
        retired_at = clock_timestamp()
)

select counted.rows
from counted;
