-- utc_minute(minute_number): the minute in UTC of a minute in the landing zone's time. The offsets of a time zone are
-- whole minutes since 1972 everywhere; a conversion of each reading would take four times as long as all else.
create or replace temp macro utc_minute(minute_number) as
case
    when not getvariable('is_local') or minute_number < 0 then minute_number
    else (
        epoch_us(timezone(getvariable('time_zone'), make_timestamp(minute_number * 60000000 - 62135596800000000)))
        + 62135596800000000
    ) // 60000000
end;

-- Why a reading is rejected; null if it is accepted. It depends on the group's key alone.
create or replace temp macro hero_rejection(delivered_id) as case
    when delivered_id is null then 'missing_hero_id'
    when is_missing_id(trimmed_id(hero_text(delivered_id))) then 'missing_hero_id'
    when is_invalid_id(trimmed_id(hero_text(delivered_id))) then 'invalid_hero_id'
    when list_contains(getvariable('erased_heroes'), trimmed_id(hero_text(delivered_id))) then 'erased_hero'
end;
create or replace temp macro minute_rejection(minute_number, usability) as case
    when minute_number is null then 'invalid_timestamp'
    when minute_number not between getvariable('first_minute') and getvariable('last_minute')
        then 'implausible_timestamp'
    when usability = 0 then 'no_usable_measure'
    when usability = -1 then 'duplicate_reading'
end;

-- A measure of this layout in a form for min() and max(), and the measure of what they return.
create or replace temp macro heart_rate_sortable(value) as __heart_rate_values___sortable(value);
create or replace temp macro heart_rate_measure(sortable) as __heart_rate_values___measure(sortable);
create or replace temp macro stress_level_sortable(value) as __stress_level_values___sortable(value);
create or replace temp macro stress_level_measure(sortable) as __stress_level_values___measure(sortable);
create or replace temp macro energy_output_sortable(value) as __energy_output_values___sortable(value);
create or replace temp macro energy_output_measure(sortable) as __energy_output_values___measure(sortable);

-- measured_readings(urls): one row per reading of the objects, with its minute and second, counted from the year 1 (-1
-- if they are beyond what can be plausible), and its measures; an impossible measure is null. use_layout() in
-- include/cerebro/formats/readings.py fills in the names between underscores.
create or replace temp macro measured_readings(urls) as table
with
timed as (
    select
        *,
        -- Counted from the year 1, so that the division by a second also rounds down before 1970.
        case
            when epoch_us between getvariable('first_us') and getvariable('last_us')
                then (epoch_us + 62135596800000000) // 1000000
            when epoch_us is not null then -60
        end as second_number
    from delivered_readings(urls)
),

measured as (
    select
        url,
        file_index,
        row_number,
        hero_id,
        epoch_us,
        second_number,
        second_number // 60 as minute_number,
        __heart_rate_values___plausible(
            heart_rate,
            getvariable('heart_rate_middle'), getvariable('heart_rate_reach'),
            getvariable('heart_rate_lowest'), getvariable('heart_rate_highest')
        ) as heart_rate,
        __stress_level_values___plausible(
            stress_level,
            getvariable('stress_level_middle'), getvariable('stress_level_reach'),
            getvariable('stress_level_lowest'), getvariable('stress_level_highest')
        ) as stress_level,
        __energy_output_values___plausible(
            energy_output,
            getvariable('energy_output_middle'), getvariable('energy_output_reach'),
            getvariable('energy_output_lowest'), getvariable('energy_output_highest')
        ) as energy_output,
        delivered_heart_rate,
        delivered_stress_level,
        delivered_energy_output,
        source
    from timed
)

select
    *,
    -- 0: it has no usable measure. -1: its instant is in force already.
    cast(case
        when heart_rate is null and stress_level is null and energy_output is null then 0
        when is_repeated(url, row_number) then -1
        else 1
    end as tinyint) as usability
from measured;
