-- Adds one day's mission log to raw, with its ledger row: one mission an hour with three heroes; one third are
-- high-risk, two thirds are successful.
with load as (
    insert into raw.loads (
        dataset, object_key, etag, size_bytes, rows_in, rows_loaded, rows_rejected, status, dag_run_id
    )
    values (
        'missions', 'mission_logs/' || %(day)s::date || '.json', md5(%(day)s), 0, 24, 24, 0, 'loaded', 'history'
    )
    returning load_id
),

missions as (
    select
        hour_number,
        'mission_' || %(day)s::date || '_' || hour_number as mission_id,
        %(day)s::date + hour_number * interval '1 hour' + interval '25 minutes 20 seconds' as mission_at,
        array(
            select 'hero_' || lpad((mod(hour_number * 7 + member * 13, %(heroes)s) + 1)::text, 3, '0')
            from generate_series(1, 3) as member
        ) as hero_ids
    from generate_series(0, 23) as hour_number
)

insert into raw.missions (load_id, row_number, mission_at, record)
select
    load.load_id,
    missions.hour_number + 1,
    missions.mission_at at time zone 'UTC',
    json_build_object(
        'mission_id', missions.mission_id,
        'hero_ids', missions.hero_ids,
        'location', 'sector ' || missions.hour_number,
        'timestamp', missions.mission_at,
        'outcome', case when mod(missions.hour_number, 3) = 0 then 'Failed' else 'Successful' end,
        'damage_report', json_build_object(
            'structural_damage', case when mod(missions.hour_number, 3) = 1 then 20000 else 500 end,
            'civilian_injuries', missions.hour_number
        )
    )
from load
cross join missions;
