-- The warehouse's clock.
select clock_timestamp();
