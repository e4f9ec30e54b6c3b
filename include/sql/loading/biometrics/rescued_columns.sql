-- One row per reading of one object: the columns that no table has, with source key and row number. rescue() in
-- include/cerebro/loading/aggregation.py fills in the names between underscores.
select
    getvariable('source_key') as source_key,
    file_row_number + 1 as row_number,
    __extra__
from read_parquet([getvariable('url')], hive_partitioning = false) as cerebro_reading (__columns__) -- noqa: AL05
