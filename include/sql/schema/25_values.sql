-- What values of records mean: one definition each, for dbt's models and for whatever else compares ids, names and
-- measures. A changed function is a changed rule of the models that call it (include/cerebro/transforming/rules.py).

-- The text without surrounding white space and characters that cannot be seen; null if there is nothing else. They are
-- BLANKS in include/cerebro/formats/values.py.
create or replace function raw.trimmed(value text) returns text
language sql immutable parallel safe
as $$
    select
        nullif(
            btrim(
                value,
                e'\t\n\u000b\u000c\r\u001c\u001d\u001e\u001f \u0085\u00a0\u1680'
                || e'\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a'
                || e'\u2028\u2029\u202f\u205f\u3000\u00ad\u180e\u200b\u200c\u200d\u200e'
                || e'\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2061\u2062\u2063\u2064'
                || e'\u2066\u2067\u2068\u2069\ufeff'
            ),
            ''
        )
$$;

-- The trimmed text, cut to 2,000 characters. raw keeps the whole text.
create or replace function raw.short_text(value text) returns text
language sql immutable parallel safe
as $$
    select left(raw.trimmed(value), 2000)
$$;

-- A short text that an index can hold. A b-tree takes 2,704 bytes, and 2,000 letters of some alphabets are 8,000: a
-- text of more than 2,600 bytes is cut to 650 characters.
create or replace function raw.short_key(value text) returns text
language sql immutable parallel safe
as $$
    select left(texts.value, case when octet_length(texts.value) > 2600 then 650 else 2000 end)
    from (values (raw.short_text(value))) as texts (value)
$$;

-- The text with a capital at its beginning if it is in one case: successful and SUCCESSFUL read Successful.
create or replace function raw.sentence_case(value text) returns text
language sql immutable parallel safe
as $$
    select
        case
            when value in (lower(value collate "C.utf8"), upper(value collate "C.utf8"))
                then upper(left(value, 1) collate "C.utf8") || lower(substr(value, 2) collate "C.utf8")
            else value
        end
$$;

-- Text as an amount from 0 to 1e15, else null: a number, perhaps with a currency sign and with commas between thousands
-- (parse_amount in include/cerebro/formats/values.py). It never raises an error: the pattern excludes other inputs that
-- PostgreSQL accepts (NaN, 0x1F), and pg_input_is_valid excludes numbers out of range. 5 us an amount; as one
-- expression of SQL, whose pattern captures the number, 90 us.
create or replace function raw.amount(value text) returns double precision
language plpgsql stable strict parallel safe
as $$
declare
    amount text := raw.trimmed(value);
begin
    if amount !~ (
        '^[$€£]? *[+-]?(?:[0-9]{1,3}(?:,[0-9]{3})+(?:[.][0-9]+)?'
        || '|(?:[0-9]+[.]?[0-9]*|[.][0-9]+)(?:[eE][+-]?[0-9]+)?) *[$€£]?$'
    ) then
        return null;
    end if;
    amount := translate(amount, '$€£, ', '');
    if pg_input_is_valid(amount, 'double precision') and amount::double precision between 0 and 1e15 then
        return abs(amount::double precision);
    end if;
    return null;
end
$$;

-- The ids of a mission's crew: those of a JSON array of strings or numbers, trimmed, without blanks and nulls. A plain
-- string is one id; any other JSON value has none.
create or replace function raw.crew_of(known json) returns text[]
language sql immutable parallel safe
as $$
    select
        array(
            select raw.trimmed(elements.element #>> '{}')
            from
                json_array_elements(
                    case json_typeof(known -> 'hero_ids')
                        when 'array' then known -> 'hero_ids'
                        when 'string' then json_build_array(known -> 'hero_ids')
                        else '[]'
                    end
                ) as elements (element)
            where
                json_typeof(elements.element) in ('string', 'number')
                and raw.trimmed(elements.element #>> '{}') is not null
        )
$$;

-- The key that all spellings of one id or name share: lower case, without separators except between two digits (1-1 is
-- not 11). A number is its own key, with its sign and its points (-1 is not 1, and .5 is not 5). The collation makes it
-- the same in every database.
create or replace function raw.hero_key(id text) returns text
language sql immutable parallel safe
as $$
    select
        case
            when raw.trimmed(id) ~ '^-?([0-9]*[.])?[0-9]+([eE][+-]?[0-9]+)?[.]?$'
                then rtrim(lower(raw.trimmed(id) collate "C.utf8"), '.')
            else coalesce(
                nullif(
                    regexp_replace(
                        lower(raw.trimmed(id) collate "C.utf8"),
                        '(?<![0-9\s_.''’-])[\s_.''’-]+|[\s_.''’-]+(?![0-9\s_.''’-])',
                        '', 'g'
                    ),
                    ''
                ),
                lower(raw.trimmed(id) collate "C.utf8")
            )
        end
$$;

-- Whether the text starts with a capital or a digit and has both cases. Here and below, too, the collation makes it the
-- same in every database.
create or replace function raw.is_readable(spelling text) returns boolean
language sql immutable parallel safe
as $$
    select
        spelling collate "C.utf8" ~ '^[[:upper:]0-9]'
        and spelling collate "C.utf8" ~ '[[:upper:]]'
        and spelling collate "C.utf8" ~ '[[:lower:]]'
$$;

-- How good a spelling is: readable ones are better than others, then those with more separators.
create or replace function raw.spelling_rank(spelling text) returns integer
language sql immutable parallel safe
as $$
    select
        regexp_count(spelling collate "C.utf8", '[\s_.''’-]')
        + case when raw.is_readable(spelling) then 10000 else 0 end
$$;

-- The spelling if it is readable, else the spelling in title case. initcap() would write a capital after an apostrophe.
create or replace function raw.readable(spelling text) returns text
language sql immutable parallel safe
as $$
    select
        case
            when raw.is_readable(spelling) then spelling
            else (
                select
                    string_agg(
                        upper(left(words.word[1], 1) collate "C.utf8")
                        || lower(substr(words.word[1], 2) collate "C.utf8"),
                        '' order by words.position
                    )
                from
                    regexp_matches(spelling collate "C.utf8", '[[:alnum:]''’]+|[^[:alnum:]''’]+', 'g')
                    with ordinality as words (word, position)
            )
        end
$$;

-- The start of the hour, in UTC. date_trunc, which reads the names of unit and time zone for every row, takes three
-- times as long. The origin is before all that is binned: versions of PostgreSQL differ before it.
create or replace function raw.hour_of(instant timestamptz) returns timestamptz
language sql immutable parallel safe
as $$
    select date_bin(interval '1 hour', instant, timestamptz '0001-01-01Z')
$$;

-- What an object's minute adds to the sum of a measure. A sum near the largest double counts as infinite, as one does
-- that overflowed in the loader: PostgreSQL refuses a sum that overflows. Scaled sums would not overflow either, but it
-- refuses what underflows: 1e-306 * 2 ^ -64.
create or replace function raw.addend(object_sum double precision) returns double precision
language sql immutable parallel safe
as $$
    select case when object_sum > 1e290 then 'infinity' else object_sum end
$$;

-- The mean of a minute's readings: the largest one if their sum is infinite, null if there is none. The arguments are
-- aggregates; the functions are inlined, so they cost what the expressions do.
create or replace function raw.mean_of(added_up double precision, readings bigint, largest double precision)
returns double precision
language sql immutable parallel safe
as $$
    select least(added_up / nullif(readings, 0), largest)
$$;
