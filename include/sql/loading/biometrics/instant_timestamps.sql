-- For a TIMESTAMP column of any unit, with or without zone (none means UTC), or a DATE column. A cast to TIMESTAMPTZ
-- would cost three times as much as the whole aggregation.
create or replace temp macro reading_epoch_us(value) as epoch_us(value);
