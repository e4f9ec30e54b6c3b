-- One row per mission object: its key, the statement that writes it, and its missions (seconds, and parts of 12). Half
-- of the first day's missions are one JSON array; all others are in one object a day, a line for each. With dirt, there
-- are two more objects a day.
with days as (
    select
        range as day,
        strftime(timestamp '2025-01-01' + to_days(range::integer), '%Y-%m-%d') as date
    from range((getvariable('hours') + 23) // 24)
),

objects as (
    select
        'mission_logs.json' as object_key,
        'missions_array' as statement,
        day,
        0 as first_part,
        5 as last_part
    from days
    where day = 0
    union all
    select
        format('mission_logs/date={}/log.json', date) as object_key,
        'missions_lines' as statement,
        day,
        if(day = 0, 6, 0) as first_part,
        if(getvariable('dirt'), 9, 11) as last_part
    from days
    union all
    select
        format('mission_logs/date={}/Außenstelle O''Hara.json', date) as object_key,
        'missions_without_report' as statement,
        day,
        10 as first_part,
        11 as last_part
    from days
    where getvariable('dirt')
    union all
    select
        format('mission_logs/date={}/replays [2].json', date) as object_key,
        'missions_replays' as statement,
        day,
        0 as first_part,
        11 as last_part
    from days
    where getvariable('dirt')
)

select
    object_key,
    statement,
    day * 86400 as from_second,
    (day + 1) * 86400 as until_second,
    first_part,
    last_part
from objects
-- An object without any record would fail to load, which is not what dirt means.
where exists (
    select 1
    from sample_missions
    where
        sample_missions.mission_second // 86400 = objects.day
        and sample_missions.mission_number % 12 between objects.first_part and objects.last_part
        and (objects.statement != 'missions_replays' or sample_missions.mission_number % 2 = 0)
)
order by day, object_key;
