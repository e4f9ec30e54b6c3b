-- The column is a TIMESTAMP of any unit, with or without zone (none means UTC), or a DATE. Without the detour over
-- TIMESTAMPTZ, which costs three times as much as the whole aggregation does.
create or replace temp macro reading_epoch_us(value) as epoch_us(value);
