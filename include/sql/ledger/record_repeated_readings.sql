-- Adds one row per load and load that holds readings which it repeats.
insert into raw.repeated_readings (load_id, holder_load_id, readings)
select
    repeated.load_id,
    repeated.holder_load_id,
    repeated.readings
from unnest(%(load_ids)s::bigint[], %(holder_load_ids)s::bigint[], %(readings)s::bigint[])
    as repeated (load_id, holder_load_id, readings);
