-- The rejected rows of one object, as the quarantine keeps them.
create or replace temp view quarantined as
select * from read_parquet(getvariable('quarantine_file'), hive_partitioning = false);
