-- The instants that other loads hold, from the lines that ledger/held_instants.sql wrote.
create or replace temp table held_instants as
select *
from read_csv(
    ?,
    columns = { 'load_id': 'bigint', 'hero_id': 'varchar', 'instant_us': 'bigint' },
    auto_detect = false, header = false, delim = ',', quote = '"', escape = '"', nullstr = '', parallel = false
);
