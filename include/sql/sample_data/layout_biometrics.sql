-- One row per biometrics object: its key, the statement that writes it, and its readings (seconds, and parts of 60).
-- Without dirt, there is one object an hour, all of the same kind. With dirt, the minutes of the first hour are split
-- over six objects, one of each kind and one that arrives three weeks late, so that the smallest sample has every kind.
-- In later hours the kinds take turns, and every sixth hour has its late-arriving readings in a separate object.
with hours as (
    select
        range as hour,
        strftime(timestamp '2025-01-01' + to_hours(range::integer), 'biometrics/date=%Y-%m-%d/hour=%H') as stem
    from range(getvariable('hours'))
),

kinds as (select ['plain', 'whole_numbers', 'zoned', 'text', 'nanoseconds'] as names),

objects as (
    select
        hour,
        if(hour = 0, 'biometrics', stem) || '.parquet' as object_key,
        'plain' as kind,
        0 as first_part,
        59 as last_part
    from hours
    where not getvariable('dirt')
    union all
    select
        0 as hour,
        slices.object_key,
        slices.kind,
        slices.first_part,
        slices.first_part + 9 as last_part
    from (
        values
        ('biometrics.parquet', 'plain', 0),
        ('biometrics/date=2025-01-01/hour=00 part 2.parquet', 'whole_numbers', 10),
        ('biometrics/date=2025-01-01/hour=00 + 100%.parquet', 'zoned', 20),
        ('biometrics/Zürich – O''Brien''s "sensor" [7].parquet', 'text', 30),
        ('biometrics/date=2025-01-01/hour=00%20nanoseconds.parquet', 'nanoseconds', 40),
        ('biometrics/late/2025-01-22/hour=00.parquet', 'plain', 50)
    ) as slices (object_key, kind, first_part)
    where getvariable('dirt')
    union all
    select
        hours.hour,
        hours.stem || '.parquet' as object_key,
        kinds.names[hours.hour % 5 + 1] as kind,
        0 as first_part,
        if(hours.hour % 6 = 3, 58, 59) as last_part
    from hours
    cross join kinds
    where hours.hour > 0 and getvariable('dirt')
    union all
    select
        hour,
        replace(stem, '/date=', '/late/date=') || '.parquet' as object_key,
        'plain' as kind,
        59 as first_part,
        59 as last_part
    from hours
    where hour % 6 = 3 and getvariable('dirt')
)

select
    object_key,
    'biometrics_' || kind as statement,
    hour * 3600 as from_second,
    (hour + 1) * 3600 as until_second,
    first_part,
    last_part
from objects
order by hour, first_part, object_key;
