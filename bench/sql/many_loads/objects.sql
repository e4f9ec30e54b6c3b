select raw.add_months(array(select generate_series(date '2024-01-01', '2026-12-01', '1 month')::date));

-- Adds biometrics loads of one object each to raw: two minutes of one of 100 heroes, with 60 readings a minute. The
-- heroes take turns, and each delivers an object every 20 minutes, so 100,000 objects are two weeks. Hero and minute
-- follow from the load's id: a later call goes on where this one ends.
with loads as (
    insert into raw.loads (
        dataset, object_key, etag, size_bytes, rows_in, rows_loaded, rows_rejected, status, dag_run_id
    )
    select
        'biometrics',
        'biometrics/' || %(batch)s || '/' || object_number || '.parquet',
        md5(%(batch)s || object_number),
        3000,
        120,
        120,
        0,
        'loaded',
        'many_loads'
    from generate_series(1, %(objects)s::bigint) as object_number
    returning load_id
),

objects as (
    select
        load_id,
        'hero_' || lpad((mod(load_id, 100) + 1)::text, 3, '0') as hero_id,
        timestamptz '2024-01-01Z' + load_id / 100 * interval '20 minutes' as from_minute,
        -- between 0 and 1, the same in every run
        (hashint8(load_id) & 1023) / 1024.0::double precision as noise
    from loads
),

hours as (
    insert into raw.load_hours (load_id, hero_id, hour_at, reading_count)
    select
        load_id,
        hero_id,
        date_trunc('hour', from_minute, 'UTC') as hour_at,
        120
    from objects
    order by load_id
)

insert into raw.biometrics
select
    objects.load_id,
    objects.hero_id,
    objects.from_minute + minute_number * interval '1 minute' as minute_at,
    60 as reading_count,
    60 as heart_rate_count,
    60 * (70 + 50 * objects.noise) as heart_rate_sum,
    65 + 50 * objects.noise as heart_rate_min,
    75 + 50 * objects.noise as heart_rate_max,
    60 as stress_level_count,
    60 * (20 + 60 * objects.noise) as stress_level_sum,
    15 + 60 * objects.noise as stress_level_min,
    25 + 60 * objects.noise as stress_level_max,
    60 as energy_output_count,
    60 * (100 + 900 * objects.noise) as energy_output_sum,
    50 + 900 * objects.noise as energy_output_min,
    150 + 900 * objects.noise as energy_output_max
from objects
cross join generate_series(0, 1) as minute_number
order by objects.load_id, minute_at;
