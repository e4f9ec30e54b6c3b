-- sample_sensors(…): one row per reading in the given seconds and parts (of 60), as the sensors report it. With dirt,
-- about one reading in thirty is dirty.
create or replace temp macro sample_sensors(from_second, until_second, first_part, last_part) as table
with delivered as (
    select * replace (if(getvariable('dirt'), dice, 9999) as dice)
    from sample_readings(from_second, until_second)
    where part between first_part and last_part
)

select
    hero_number,
    second,
    noise,
    case
        when dice < 6 then null
        when dice < 10 then ' '
        when dice between 150 and 200 then upper(hero_id)
        when dice between 201 and 250 then hero_name
        when dice between 251 and 300 then replace(replace(hero_id, '-', ''), '_', '')
        when dice between 301 and 320 then e'\t' || hero_id || ' '
        else hero_id
    end as hero_id,
    case
        when dice between 10 and 13 then null
        when dice between 14 and 17 then 'infinity'::timestamp
        else "timestamp"
    end as "timestamp",
    case
        when dice between 18 and 29 then null
        when dice between 30 and 44 then 'nan'::double
        when dice between 45 and 54 then 999
        when dice between 55 and 64 then -5
        when dice between 65 and 74 then 'inf'::double
        else heart_rate
    end as heart_rate,
    case
        when dice between 18 and 29 then null
        when dice between 75 and 89 then 'nan'::double
        when dice between 90 and 99 then -1
        when dice between 100 and 104 then 'inf'::double
        else stress_level
    end as stress_level,
    case
        when dice between 18 and 29 then null
        when dice between 105 and 119 then 'nan'::double
        when dice between 120 and 129 then -250
        when dice between 130 and 139 then '-inf'::double
        when dice between 140 and 149 then null
        else energy_output
    end as energy_output
from delivered;
