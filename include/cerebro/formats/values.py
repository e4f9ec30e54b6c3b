"""The one meaning of ids, instants and numbers: for records here, for readings in ``include/sql/formats/values.sql``.

Both follow the constants of this module, and ``tests/corpus/values.toml`` holds both to one table of forms.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from include.cerebro.formats.rules import FormatRules

# White space of any kind, control characters of old formats, and characters that cannot be seen.
BLANKS = (
    "\t\n\x0b\x0c\r\x1c\x1d\x1e\x1f \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u2028\u2029\u202f\u205f\u3000"
    "\xad\u180e\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2061\u2062\u2063\u2064\u2066\u2067"
    "\u2068\u2069\ufeff"
)
# The comparison of spellings ignores these (raw.hero_key): an id of nothing else is none.
SEPARATORS = BLANKS + "_.-'’"
ID_CHARACTERS = 200
# The tables hold so many characters of a text, and less of an outcome of more bytes (raw.short_text, raw.short_key).
TEXT_CHARACTERS = 2000
OUTCOME_BYTES, OUTCOME_CHARACTERS = 2600, 650
# Python and DuckDB (RE2) read this pattern alike. A sign may be the minus of Unicode, as ISO 8601 recommends.
ISO_8601 = (
    r"(?i)^(?P<year>[0-9]{4})(?:-(?P<month>[0-9]{2})-(?P<day>[0-9]{2})|(?P<basic_month>[0-9]{2})(?P<basic_day>[0-9]{2}))"
    r"(?:(?:T|[ \t]+)(?P<hour>[0-9]{2})"
    r"(?::(?P<minute>[0-9]{2})(?::(?P<second>[0-9]{2})(?:[.,](?P<fraction>[0-9]+))?)?"
    r"|(?P<basic_minute>[0-9]{2})(?:(?P<basic_second>[0-9]{2})(?:[.,](?P<basic_fraction>[0-9]+))?)?)?"
    r"(?:[ \t]*(?:(?P<utc>Z|UTC)|(?P<sign>[+−-])(?P<ahead_hours>[01][0-9]|2[0-3])"
    r"(?::?(?P<ahead_minutes>[0-5][0-9]))?))?)?$"
)
# Instants before this are rejected, and those more than a day after the load.
FIRST_INSTANT = datetime(1900, 1, 1, tzinfo=UTC)
AHEAD = timedelta(days=1)
# The smallest double with all its digits. PostgreSQL's arithmetic refuses smaller ones.
SMALLEST_NORMAL = 2.2250738585072014e-308

_ISO_8601 = re.compile(ISO_8601)
_INTEGRAL = re.compile(r"(0|-?[1-9][0-9]*)[.]0+")
_NUMBER = re.compile(r"[+-]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][+-]?[0-9]+)?")
# An amount as people write it: perhaps with a currency sign on one side, perhaps with commas between thousands.
_AMOUNT = re.compile(
    r"[$€£]? *([+-]?(?:[0-9]{1,3}(?:,[0-9]{3})+(?:[.][0-9]+)?"
    r"|(?:[0-9]+[.]?[0-9]*|[.][0-9]+)(?:[eE][+-]?[0-9]+)?)) *[$€£]?"
)
# Amounts up to this can be added up.
LARGEST_AMOUNT = 1e15


class InvalidValueError(ValueError):
    """A value that is there, but cannot be what it should be."""


def became_of(field: str, value: object) -> str | None:
    """Return what the tables make of a text that they do not show as it is: cut or folded; None of any other value."""
    if not isinstance(value, str):
        return None
    text = trimmed(value)
    if len(text) > TEXT_CHARACTERS:
        return "cut"
    if field != "outcome":
        return None
    if len(text) > OUTCOME_CHARACTERS and len(text.encode()) > OUTCOME_BYTES:
        return "cut"
    lower, upper = _lower(text), _upper(text)
    return "folded" if text in (lower, upper) and text != upper[:1] + lower[1:] else None


def _upper(text: str) -> str:
    """Return the text in capitals, letter by letter as raw.sentence_case does it: that of Straße is STRAßE."""
    return "".join(next((one for one in (letter.upper(), letter.title()) if len(one) == 1), letter) for letter in text)


def _lower(text: str) -> str:
    return "".join(letter.lower()[0] for letter in text)


def trimmed(value: str) -> str:
    """Return the text without surrounding white space and characters that cannot be seen."""
    return value.strip(BLANKS)


def parse_id(value: object, rules: FormatRules) -> str | None:
    """Return an id as text; None if it is missing.

    Args:
        value: text, or a number (an integral one is its digits).
        rules: the words that mean that it is missing.

    Raises:
        InvalidValueError: it is longer than 200 characters, has characters that PostgreSQL cannot keep, or is neither
            text nor number.
    """
    if value is None:
        return None
    text = trimmed(_id_text(value))
    if _INTEGRAL.fullmatch(text):
        text = text.split(".")[0]
    if not text.strip(SEPARATORS) or text.lower() in rules.missing:
        return None
    if len(text) > ID_CHARACTERS or "\0" in text or any("\ud800" <= character <= "\udfff" for character in text):
        raise InvalidValueError("an id has at most 200 characters")
    return text


def _id_text(value: object) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value) if value.bit_length() < 4 * ID_CHARACTERS else "9" * (ID_CHARACTERS + 1)
    if isinstance(value, (float, Decimal)):
        value = Decimal(str(value))
        if value.is_finite() and value.adjusted() >= ID_CHARACTERS:
            raise InvalidValueError("an id has at most 200 digits")
        if value.is_finite() and value == value.to_integral_value():
            return str(int(value))
        return str(value)
    raise InvalidValueError("an id is text or a number")


def parse_instant(value: object, rules: FormatRules) -> datetime | None:
    """Read ISO 8601 text as an instant in UTC; without an offset it is in the zone of the rules.

    Returns:
        The instant, at the end of the calendar if its offset leads beyond; None if the value is anything else.
    """
    match = _ISO_8601.match(trimmed(value)) if isinstance(value, str) else None
    if match is None:
        return None
    parts = {name: part or "" for name, part in match.groupdict().items()}
    hour, minute, second = (
        int(part or 0)
        for part in (parts["hour"], parts["minute"] + parts["basic_minute"], parts["second"] + parts["basic_second"])
    )
    fraction = int((parts["fraction"] + parts["basic_fraction"] + "000000")[:6])
    ends_the_day = hour == 24 and not (minute or second or fraction)
    try:
        local = datetime(  # noqa: DTZ001 - in the zone or with the offset that the next step adds
            int(parts["year"]),
            int(parts["month"] + parts["basic_month"]),
            int(parts["day"] + parts["basic_day"]),
            0 if ends_the_day else hour,
            minute,
            second,
            fraction,
        )
    except ValueError:
        return None
    try:
        return _with_offset(local + timedelta(days=ends_the_day), parts, rules)
    except OverflowError:
        return datetime(1 if local.year < FIRST_INSTANT.year else 9999, 1, 1, tzinfo=UTC)


def _with_offset(local: datetime, parts: dict[str, str], rules: FormatRules) -> datetime:
    if parts["utc"]:
        return local.replace(tzinfo=UTC)
    if parts["sign"]:
        ahead = timedelta(hours=int(parts["ahead_hours"]), minutes=int(parts["ahead_minutes"] or 0))
        return (local - ahead if parts["sign"] == "+" else local + ahead).replace(tzinfo=UTC)
    zone = ZoneInfo(rules.time_zone)
    # An hour that the clocks show twice is the second one, as DuckDB takes it; one that they skip goes on from before.
    first, second = (local.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
    return max(first, second)


def is_plausible(instant: datetime, loaded_at: datetime) -> bool:
    """Return whether an instant can be true: from 1900 to a day after the load, to the minute."""
    return FIRST_INSTANT <= instant.replace(second=0, microsecond=0) <= loaded_at + AHEAD


def parse_number(value: object) -> float | None:
    """Return a number, or text that is one, as a double, which may be infinite; None if it is none."""
    if isinstance(value, str):
        value = trimmed(value)
        if not _NUMBER.fullmatch(value):
            return None
    elif isinstance(value, bool) or not isinstance(value, (int, float, Decimal)):
        return None
    try:
        return float(value)
    except OverflowError:
        return float("inf") if not isinstance(value, str) and value > 0 else float("-inf")


def parse_amount(value: object) -> float | None:
    """Return damage as a number from 0 on; None if it is none. The function ``raw.amount`` agrees."""
    if isinstance(value, str):
        match = _AMOUNT.fullmatch(trimmed(value))
        value = match[1].replace(",", "") if match else None
    number = parse_number(value)
    if number is None or not (number == 0 or SMALLEST_NORMAL <= number <= LARGEST_AMOUNT):
        return None
    return abs(number)
