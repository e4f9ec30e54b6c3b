-- Adds one row per load and measure to raw.invalid_measures.
insert into raw.invalid_measures (load_id, measure, readings)
select
    invalid_measures.load_id,
    invalid_measures.measure,
    invalid_measures.readings
from unnest(%(load_ids)s::bigint[], %(measures)s::text[], %(readings)s::bigint[])
    as invalid_measures (load_id, measure, readings);
