-- How values are understood in DuckDB. include/cerebro/formats/values.py says the same in Python for records;
-- tests/corpus/values.toml holds both to one table of forms. The variables come from reading_rules() in
-- include/cerebro/formats/readings.py.

-- Text without surrounding white space and characters that cannot be seen. DuckDB makes a set of them for each value
-- (0.7 us); most texts begin and end with a letter, a digit or a sign, or have spaces around them.
create or replace temp macro trimmed(value) as
case
    when regexp_full_match(value, '(?s)[!-~](.*[!-~])?') then value
    when regexp_full_match(value, '(?s) *[!-~](.*[!-~])? *') then trim(value, ' ')
    else trim(value, getvariable('blanks'))
end;

-- JSON, as Parquet has a type for it: a text without its quotes and escapes, null for JSON's null, and anything else as
-- it is written. DuckDB does not read an object in which such a value is no JSON.
create or replace temp macro json_text(value) as value ->> '$';

-- The text of an id: integral numbers are their digits. PostgreSQL compares text: 1.0 and 1 would be two heroes.
create or replace temp macro plain_id(value) as cast(value as varchar);
create or replace temp macro binary_id(value) as try(decode(value));
create or replace temp macro json_id(value) as coalesce(json_text(value), '');
create or replace temp macro float_id(value) as
case when isfinite(value) and value = trunc(value) then format('{:.0f}', value + 0.0) else cast(value as varchar) end;

create or replace temp macro trimmed_id(value) as
case
    when regexp_full_match(trimmed(value), '(0|-?[1-9][0-9]*)[.]0+') then split_part(trimmed(value), '.', 1)
    else trimmed(value)
end;

-- Whether a trimmed id says that there is none: blank, nothing but separators, or one of the zone's words.
create or replace temp macro is_missing_id(value) as
trim(value, getvariable('separators')) = '' or list_contains(getvariable('words_of_none'), lower(value));

-- Whether PostgreSQL could not keep or index a trimmed id.
create or replace temp macro is_invalid_id(value) as
value is null or length(value) > getvariable('id_characters') or contains(value, chr(0));

-- A TIMESTAMP of any unit, or a DATE. A cast to TIMESTAMPTZ would cost three times as much as the whole aggregation.
create or replace temp macro plain_epoch_us(value) as epoch_us(value);
create or replace temp macro null_epoch_us(value) as cast(null as bigint);

-- Numbers as doubles; null if it is none.
create or replace temp macro plain_number(value) as try_cast(value as double);
create or replace temp macro text_number(value) as
case
    when regexp_full_match(trimmed(value), '[+-]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][+-]?[0-9]+)?')
        then try_cast(trimmed(value) as double)
end;

create or replace temp macro binary_number(value) as text_number(try(decode(value)));

create or replace temp macro json_number(value) as text_number(json_text(value));

-- A measure as delivered: one that is null is missing, any other that is no number is impossible.
create or replace temp macro plain_given(value) as value;
create or replace temp macro text_given(value) as value;
create or replace temp macro binary_given(value) as value;
create or replace temp macro json_given(value) as json_text(value);

-- Whether a measure is within its range: neither NaN (in DuckDB greater than every other number) nor a number so small
-- that PostgreSQL's arithmetic would underflow.
create or replace temp macro is_plausible(value, lowest, highest) as
value between lowest and highest and (value = 0 or abs(value) >= getvariable('smallest_normal'));

-- A measure within its range; null beside it. The first branch of many_plausible is a fast path for most readings:
-- numbers nearer to the middle of the range than `reach`. abs() makes every NaN positive; their difference stays so.
-- Comparisons of doubles are expensive (12 million readings, three measures: 0.35 s of processor time with `between`,
-- 0.33 s with a product of two differences and isnan(), 0.19 s with this).
--
-- few_plausible is for columns whose chunks have dictionaries of few values. DuckDB applies a function of one column to
-- each value of a dictionary once, but CASE to each reading, so the rule is the condition of a function (5 million
-- readings, three measures: 0.05 s instead of 0.20 s of processor time). Without dictionaries it takes six times as
-- long as many_plausible.
create or replace temp macro many_plausible(value, middle, reach, lowest, highest) as
case
    when signbit(abs(value - middle) - reach) then value
    when is_plausible(value, lowest, highest) then value
end;

create or replace temp macro few_plausible(value, middle, reach, lowest, highest) as
list_filter([value], lambda each: is_plausible(each, lowest, highest))[1];

-- A measure in a form that sorts like it, and the measure of such a form. min() and max() of doubles are expensive, for
-- the same reason as comparisons. few_sortable is the bits of the double as an integer, those of a negative number but
-- for its sign inverted (6 million readings, three measures: 0.28 s instead of 0.47 s of processor time in the hash
-- aggregate). A cast to BIT takes 30 ns, as long as both comparisons together: only for the values of dictionaries.
create or replace temp macro inverted_if_negative(bits) as xor(bits, (bits >> 63) & 9223372036854775807);
create or replace temp macro few_sortable(value) as
list_transform([value], lambda each: inverted_if_negative(cast(cast(each as bit) as bigint)))[1];
create or replace temp macro few_measure(sortable) as cast(cast(inverted_if_negative(sortable) as bit) as double);
create or replace temp macro many_sortable(value) as value;
create or replace temp macro many_measure(sortable) as sortable;

-- A measure, and what was delivered as it, without the values that mean "no reading" in the landing zone. Most zones
-- have none: every_....
create or replace temp macro every_value(number, no_reading) as number;
create or replace temp macro every_delivered(value, number, no_reading) as value;
create or replace temp macro other_value(number, no_reading) as
case when not list_contains(no_reading, number) then number end;

create or replace temp macro other_delivered(value, number, no_reading) as
case when not coalesce(list_contains(no_reading, number), false) then value end;
