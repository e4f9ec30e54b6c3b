-- Gives the loads of this transaction their positions. It is the transaction's last statement: whoever commits later
-- waits here, and so has a higher position. The lock is released after the commit is visible. Every load waits for the
-- lock's holder, so the server ends its session if the commit does not follow.
with turn as materialized (
    select
        pg_advisory_xact_lock(7237002),
        set_config('idle_in_transaction_session_timeout', '1min', true)
)

update raw.loads
set position = nextval('raw.load_positions')
from turn
where loads.load_id = any(%(load_ids)s);
