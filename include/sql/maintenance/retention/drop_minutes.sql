-- Deletes the minutes and instants before an instant, and notes it. Returns how many minutes left, and the block ranges
-- that they were in: 32 pages each.
with minutes as (
    delete from raw.biometrics
    where biometrics.minute_at < %(until)s
    returning biometrics.load_id, (biometrics.ctid::text::point)[0]::bigint / 32 as block_range
),

instants as (
    delete from raw.instants
    where instants.minute_at < %(until)s
),

noted as (
    insert into raw.retentions (layer, dag_run_id, horizon, objects, rows)
    select
        'minutes' as layer,
        %(dag_run_id)s,
        %(until)s,
        count(distinct minutes.load_id) as objects,
        count(*) as rows
    from minutes
    on conflict (dag_run_id, layer, horizon) do update
    set
        -- The last row holds, and the archive may have brought minutes back meanwhile.
        retention_id = default,
        rows = retentions.rows + excluded.rows
)

select
    count(*) as minutes,
    array_agg(distinct minutes.block_range) as block_ranges
from minutes;
