-- Waits for the turn of a landing zone that rejects repeated readings: what one load holds, the next one must see. The
-- transaction holds the lock until it ends.
select pg_advisory_xact_lock(7237003, hashtext(%(landing_zone)s));
