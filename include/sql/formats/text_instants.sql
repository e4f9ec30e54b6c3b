-- How text is understood as an instant in DuckDB. DuckDB takes 0.05 s of processor time to make these macros, ten times
-- as long as for the others (formats/values.sql), because of their regular expressions; most objects have timestamps.

-- The parts of ISO 8601 text as text that DuckDB's own cast reads right, and as microseconds since 1970.
create or replace temp macro parts_text(parts) as
parts.year || '-' || parts.month || parts.basic_month || '-' || parts.day || parts.basic_day
|| ' ' || lpad(parts.hour, 2, '0') || ':' || lpad(parts.minute || parts.basic_minute, 2, '0')
|| ':' || lpad(parts.second || parts.basic_second, 2, '0') || '.' || parts.fraction || parts.basic_fraction || '0';
create or replace temp macro parts_epoch_us(parts) as
case when parts.year not in ('', '0000') then
    case
        when parts.utc <> '' then epoch_us(try_cast(parts_text(parts) || 'Z' as timestamptz))
        when parts.sign <> '' then epoch_us(try_cast(
            parts_text(parts) || if(parts.sign = '+', '+', '-') || parts.ahead_hours
            || ':' || if(parts.ahead_minutes = '', '00', parts.ahead_minutes) as timestamptz
        ))
        else epoch_us(timezone(getvariable('time_zone'), try_cast(parts_text(parts) as timestamp)))
    end
end;

-- Text that DuckDB's own cast reads right, with an offset and in the landing zone's time.
create or replace temp macro instant_epoch_us(value) as epoch_us(try_cast(value as timestamptz));
create or replace temp macro local_epoch_us(value) as
epoch_us(timezone(getvariable('time_zone'), try_cast(value as timestamp)));

-- Text without seconds, and text in the basic format, as text that the cast reads right.
create or replace temp macro with_seconds(value) as value[1:16] || ':00' || value[17:];
create or replace temp macro extended(value) as
value[1:4] || '-' || value[5:6] || '-' || value[7:11] || ':' || value[12:13] || ':' || value[14:];

-- ISO 8601 text as microseconds since 1970; null if it is anything else. The branches before the last one are common
-- forms: 0.2 to 0.4 us a text; the last one takes 32 us.
create or replace temp macro text_epoch_us(value) as
case
    when
        regexp_full_match(
            value,
            '[12][0-9]{3}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}:[0-9]{2}([.][0-9]+)?(Z|[+-][01][0-9](:?[0-5][0-9])?)'
        )
        then instant_epoch_us(value)
    when regexp_full_match(value, '[12][0-9]{3}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(:[0-9]{2}([.][0-9]+)?)?')
        then local_epoch_us(value)
    when
        regexp_full_match(
            value, '[12][0-9]{3}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(Z|[+-][01][0-9](:?[0-5][0-9])?)'
        )
        then instant_epoch_us(with_seconds(value))
    when regexp_full_match(value, '[12][0-9]{7}T[0-9]{6}([.][0-9]+)?(Z|[+-][01][0-9](:?[0-5][0-9])?)')
        then instant_epoch_us(extended(value))
    when regexp_full_match(value, '[12][0-9]{7}T[0-9]{6}([.][0-9]+)?') then local_epoch_us(extended(value))
    else parts_epoch_us(regexp_extract(
        trimmed(value), getvariable('iso_8601'),
        [
            'year', 'month', 'day', 'basic_month', 'basic_day', 'hour', 'minute', 'second', 'fraction',
            'basic_minute', 'basic_second', 'basic_fraction', 'utc', 'sign', 'ahead_hours', 'ahead_minutes'
        ]
    ))
end;

create or replace temp macro binary_epoch_us(value) as text_epoch_us(try(decode(value)));
create or replace temp macro json_epoch_us(value) as
text_epoch_us(case when json_type(value) = 'VARCHAR' then json_text(value) end);
