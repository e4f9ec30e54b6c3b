-- A second record of every other mission, with missing attributes and an unknown field; and records that the loader
-- rejects: without an id, or without a usable timestamp.
copy (
    with logs as (
        select * from sample_mission_logs($from_second, $until_second, $first_part, $last_part)
    ),

    replays as (
        select * replace (
            null as location,
            if(mission_number % 4 = 0, null, outcome) as outcome,
            {
                'structural_damage': -1,
                'civilian_injuries': null
            } as damage_report
        )
        from logs
        where mission_number % 2 = 0
    ),

    unusable as (
        select * replace (null as mission_id) from logs
        where mission_number % 12 = 0
        union all
        select * replace ('  ' as mission_id) from logs
        where mission_number % 12 = 1
        union all
        select * replace ('M-000000' as mission_id, 'yesterday' as "timestamp") from logs
        where mission_number % 12 = 2
        union all
        select * replace ('M-000000' as mission_id, null as "timestamp") from logs
        where mission_number % 12 = 3
    ),

    typed_in as (
        select * from replays
        union all
        select * from unusable
    )

    select
        * exclude (mission_number),
        'typed in again' as remark
    from typed_in
    order by mission_number, mission_id, "timestamp"
) to $object_url (format json);
