-- Adds mission logs to raw: loads of 1,000 missions each, one mission every 12 seconds, as long as there are objects.
-- Each has two heroes; one third are high-risk, two thirds are successful.
with loads as (
    insert into raw.loads (
        dataset, object_key, etag, size_bytes, rows_in, rows_loaded, rows_rejected, status, dag_run_id
    )
    select
        'missions',
        'mission_logs/' || log_number || '.json',
        md5(log_number::text),
        0,
        1000,
        1000,
        0,
        'loaded',
        'many_loads'
    from generate_series(1, %(missions)s::bigint / 1000) as log_number
    returning load_id
),

missions as (
    select
        loads.load_id,
        row_number,
        1000 * (row_number() over (partition by row_number order by loads.load_id) - 1) + row_number as mission_number
    from loads
    cross join generate_series(1, 1000) as row_number
)

insert into raw.missions (load_id, row_number, mission_at, record)
select
    load_id,
    row_number,
    timestamptz '2024-01-01Z' + mission_number * interval '12 seconds' as mission_at,
    json_build_object(
        'mission_id', 'mission_' || mission_number,
        'hero_ids', array[
            'hero_' || lpad((mod(mission_number, 100) + 1)::text, 3, '0'),
            'hero_' || lpad((mod(mission_number + 13, 100) + 1)::text, 3, '0')
        ],
        'location', 'sector ' || mod(mission_number, 24),
        'timestamp', timestamptz '2024-01-01Z' + mission_number * interval '12 seconds',
        'outcome', case when mod(mission_number, 3) = 0 then 'Failed' else 'Successful' end,
        'damage_report', json_build_object(
            'structural_damage', case when mod(mission_number, 3) = 1 then 20000 else 500 end,
            'civilian_injuries', mod(mission_number, 24)
        )
    )
from missions
order by load_id, row_number;
