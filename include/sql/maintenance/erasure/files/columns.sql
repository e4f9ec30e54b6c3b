-- The columns of a Parquet file, as they are stored and as they are read. Writers name the same type of text or of
-- whole numbers in several ways; of timestamps they say more than their type in DuckDB.
select
    name,
    type,
    type_length,
    num_children,
    scale,
    precision,
    duckdb_type,
    case when logical_type like 'Time%' then logical_type end as logical_type
from parquet_schema(?);
