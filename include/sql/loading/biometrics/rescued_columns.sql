-- One row per reading of one object: the columns that no table has, with source key, row number and hero, by which an
-- erasure finds them. Readings of heroes who were forgotten are left out. query() in
-- include/cerebro/loading/extra_columns.py fills in the names between underscores.
with
-- An id is judged once.
ids as (
    select distinct hero_id
    from read_parquet([getvariable('url')], hive_partitioning = false) as cerebro_reading (__columns__) -- noqa: AL05
),

erased as (
    select hero_id
    from ids
    where list_contains(getvariable('erased_heroes'), trimmed_id(__id_kind___id(hero_id)))
)

select
    getvariable('source_key') as source_key,
    readings.file_row_number + 1 as row_number,
    readings.hero_id,
    __extra__ -- noqa: RF02
from read_parquet([getvariable('url')], hive_partitioning = false) as readings (__columns__)
anti join erased on readings.hero_id = erased.hero_id
