-- Waits until nobody else moves minutes between raw and the archive, and keeps others out until the end of the
-- transaction.
select meta.take_turns('archive of minutes');
