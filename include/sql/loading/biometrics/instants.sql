-- Adds the exact instants of one layout's accepted readings to `instants`: in UTC, in microseconds since the
-- beginning of the year 1.
insert into instants
select
    readings.url,
    readings.row_number,
    delivered_heroes.hero_id,
    readings.epoch_us + 62135596800000000
    + (utc_minute(readings.minute_number) - readings.minute_number) * 60000000 as instant_us
from measured_readings(getvariable('urls')) as readings
inner join delivered_heroes on readings.hero_id is not distinct from delivered_heroes.delivered_id
where
    delivered_heroes.reason is null
    and minute_rejection(utc_minute(readings.minute_number), readings.usability) is null;
