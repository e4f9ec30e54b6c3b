-- Gives the loads of this transaction their positions. It is the transaction's last statement: whoever commits later waits
-- here, and so has a higher position. The lock is released after the commit is visible.
with turn as materialized (
    select pg_advisory_xact_lock(7237002)
)

update raw.loads
set position = nextval('raw.load_positions')
from turn
where loads.load_id = any(%(load_ids)s);
