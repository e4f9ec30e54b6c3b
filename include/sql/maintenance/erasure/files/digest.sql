-- The rows of a view of a Parquet file in their order, as one number. Python fills in the names between underscores.
select
    count(*) as row_count,
    bit_xor(hash(placed.place, __columns__)) as digest
from (
    select
        *,
        row_number() over (order by file_row_number) as place
    from __rows__
) as placed;
