-- The readings of a file, so many seconds later.
select
    "timestamp" + to_seconds(getvariable('later')) as "timestamp",
    * exclude ("timestamp")
from read_parquet(getvariable('source'))
