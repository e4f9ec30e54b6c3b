-- Waits for the turn to add loads that others see: whoever commits later waits here, and so sees all that came before,
-- and has higher positions. The lock is released after the commit is visible. Every load waits for the lock's holder,
-- so the server ends its session if the commit does not follow.
select
    pg_advisory_xact_lock(7237002),
    set_config('idle_in_transaction_session_timeout', '1min', true);
