-- The records that are rejected again, with their reasons; see include/cerebro/maintenance/release/records.py.
create or replace temp table rejected_again as
select *
from read_csv(
    ?, header = false, auto_detect = false, delim = ',',
    columns = { 'quarantine_row': 'bigint', 'reason': 'varchar' }
);
