-- Rows of one object that were rejected for one reason, as the quarantine keeps them.
select *
from read_parquet(getvariable('quarantine_file'), hive_partitioning = false)
where reason = getvariable('release_reason')
