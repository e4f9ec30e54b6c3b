-- The invalid measures of a load.
select
    invalid_measures.measure,
    invalid_measures.readings
from raw.invalid_measures
where invalid_measures.load_id = %(load_id)s;
