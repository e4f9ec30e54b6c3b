select raw.add_months(array[%(day)s::date]);

-- Adds one day of minutes and hours for every hero to raw, with its ledger row, as a load of that day's readings would.
-- Every minute has 60 readings. One more reading per hero counts as rejected.
with load as (
    insert into raw.loads (
        dataset, object_key, etag, size_bytes, rows_in, rows_loaded, rows_rejected, status, dag_run_id
    )
    values (
        'biometrics',
        'biometrics/date=' || %(day)s::date || '/part-0.parquet',
        md5(%(day)s),
        0,
        %(heroes)s * 1440 * 60 + %(heroes)s,
        %(heroes)s * 1440 * 60,
        %(heroes)s,
        'loaded',
        'history'
    )
    returning load_id
),

rejections as (
    insert into raw.rejections (load_id, reason, rows, quarantine_key)
    select
        load_id,
        'no usable timestamp',
        %(heroes)s,
        'history'
    from load
),

hours as (
    insert into raw.load_hours (load_id, hero_id, hour_at, reading_count)
    select
        load.load_id,
        'hero_' || lpad(hero_number::text, 3, '0'),
        (%(day)s::date + hour_number * interval '1 hour') at time zone 'UTC',
        60 * 60
    from load
    cross join generate_series(0, 23) as hour_number
    cross join generate_series(1, %(heroes)s::bigint) as hero_number
),

minutes as (
    select
        %(day)s::date + minute_number * interval '1 minute' as minute_at,
        'hero_' || lpad(hero_number::text, 3, '0') as hero_id,
        -- between 0 and 1, the same in every run
        (hashint8(hero_number * 1000000000 + minute_number) & 1023) / 1024.0::double precision as noise
    from generate_series(0, 1439) as minute_number
    cross join generate_series(1, %(heroes)s::bigint) as hero_number
)

insert into raw.biometrics
select
    load.load_id,
    minutes.hero_id,
    minutes.minute_at at time zone 'UTC' as minute_at,
    60 as reading_count,
    60 as heart_rate_count,
    60 * (70 + 50 * minutes.noise) as heart_rate_sum,
    65 + 50 * minutes.noise as heart_rate_min,
    75 + 50 * minutes.noise as heart_rate_max,
    60 as stress_level_count,
    60 * (20 + 60 * minutes.noise) as stress_level_sum,
    15 + 60 * minutes.noise as stress_level_min,
    25 + 60 * minutes.noise as stress_level_max,
    60 as energy_output_count,
    60 * (100 + 900 * minutes.noise) as energy_output_sum,
    50 + 900 * minutes.noise as energy_output_min,
    150 + 900 * minutes.noise as energy_output_max
from load
cross join minutes
order by minutes.minute_at, minutes.hero_id;
