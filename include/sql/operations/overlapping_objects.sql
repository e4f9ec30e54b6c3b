set local role cerebro_transformer;

create or replace view operations.overlapping_objects as
-- Loads of one pair are in one of the two, or in both: where repeated readings are rejected, others of the same second
-- may still be counted.
with pairs as (
    select
        later_load_id as load_id,
        earlier_load_id,
        seconds,
        minutes,
        first_minute,
        last_minute,
        null::bigint as readings_rejected
    from raw.overlapping_loads

    union all

    select
        load_id,
        holder_load_id as earlier_load_id,
        null as seconds,
        null as minutes,
        null as first_minute,
        null as last_minute,
        readings as readings_rejected
    from raw.repeated_readings
)

select
    later_loads.loaded_at,
    later_loads.landing_zone,
    later_loads.object_key,
    earlier_loads.landing_zone as earlier_landing_zone,
    earlier_loads.object_key as earlier_object_key,
    pairs.seconds,
    pairs.minutes,
    pairs.first_minute,
    pairs.last_minute,
    pairs.readings_rejected,
    pairs.readings_rejected is not null and unfounded.load_id is not null as is_unfounded
from pairs
inner join raw.loads as later_loads on pairs.load_id = later_loads.load_id
inner join raw.loads as earlier_loads on pairs.earlier_load_id = earlier_loads.load_id
-- At most one successor: the loads of an object form a chain.
left join raw.loads as later_successors on pairs.load_id = later_successors.supersedes
left join raw.loads as earlier_successors on pairs.earlier_load_id = earlier_successors.supersedes
left join raw.unfounded_rejections as unfounded on pairs.load_id = unfounded.load_id
where
    later_successors.supersedes is null
    and (earlier_successors.supersedes is null or pairs.readings_rejected is not null);

comment on view operations.overlapping_objects is
    'One row per two objects in force that deliver readings of the same hero: readings in the same second, which '
    'count twice, or readings of the same instant, which were rejected.';
comment on column operations.overlapping_objects.loaded_at is 'When the later of the two objects was loaded.';
comment on column operations.overlapping_objects.landing_zone is 'The name of the landing zone of the later object.';
comment on column operations.overlapping_objects.object_key is 'The full key of the object that was loaded later.';
comment on column operations.overlapping_objects.earlier_landing_zone is
    'The name of the landing zone of the earlier object.';
comment on column operations.overlapping_objects.earlier_object_key is
    'The full key of the object that was there before.';
comment on column operations.overlapping_objects.seconds is
    'The number of seconds of a hero in which both have a reading that counts.';
comment on column operations.overlapping_objects.minutes is
    'The number of minutes of a hero that these seconds are in.';
comment on column operations.overlapping_objects.first_minute is 'The first of these minutes.';
comment on column operations.overlapping_objects.last_minute is 'The last of these minutes.';
comment on column operations.overlapping_objects.readings_rejected is
    'The number of readings of the later object that were rejected because the earlier one has them, where the '
    'landing zone rejects repeated readings.';
comment on column operations.overlapping_objects.is_unfounded is
    'Whether an object that the later one lost readings to was corrected since, so that its rejected readings may '
    'be in force nowhere. The next load reads the later object again, if it is still in the landing zone and no '
    'rows of it were released from the quarantine.';

reset role;
