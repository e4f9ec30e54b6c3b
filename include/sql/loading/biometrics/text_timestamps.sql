-- For a text column: ISO 8601 with any offset (none means UTC, the session's zone).
create or replace temp macro reading_epoch_us(value) as epoch_us(try_cast(trim(value) as timestamptz));
