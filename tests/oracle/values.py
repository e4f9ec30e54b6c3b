"""Single values: text, ids, instants, numbers. Written from docs/reference/landing-zone.md, not from the code."""

from __future__ import annotations

import math
import re
import unicodedata
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

DIGITS = "0123456789"
NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)
DATE = re.compile(r"(\d{4})-(\d\d)-(\d\d)|(\d{4})(\d\d)(\d\d)", re.ASCII)
TIME = re.compile(r"(\d\d)(?::(\d\d)(?::(\d\d)(?:[.,](\d+))?)?)?|(\d\d)(\d\d)(?:(\d\d)(?:[.,](\d+))?)?", re.ASCII)
OFFSET = re.compile(r"(?:z|utc)|([+\-\u2212])(\d\d):?(\d\d)?", re.ASCII)
SPLIT = re.compile(r"([\d-]+)(?:(?:t|[ \t]+)([\d:.,]+)[ \t]*(.*))?", re.ASCII | re.DOTALL)
MISSING = frozenset({"", "null", "none", "nan", "n/a", "na", "nil", "undefined", "\\n", "-"})
GROUPED = re.compile(r"[+-]?\d{1,3}(,\d{3})+(\.\d+)?", re.ASCII)
SMALLEST = 2.2250738585072014e-308
IMPLAUSIBLE = datetime(9999, 12, 31, tzinfo=UTC)


@dataclass(frozen=True)
class Rules:
    """The rules of a landing zone, as its documentation names them."""

    time_zone: str = "UTC"
    missing: frozenset[str] = MISSING
    no_reading: dict[str, tuple[float, ...]] = field(default_factory=dict)
    plausible: dict[str, tuple[float, float]] = field(
        default_factory=lambda: {
            "heart_rate": (0.0, 300.0),
            "stress_level": (0.0, 1e9),
            "energy_output": (0.0, 1e9),
        }
    )


DEFAULT = Rules()


class InvalidIdError(ValueError):
    """An id that is there, but cannot be kept."""


def is_blank(character: str) -> bool:
    """White space, or a character of format (zero width, direction of writing)."""
    return character.isspace() or unicodedata.category(character) == "Cf"


def stripped(value: str) -> str:
    """The text without blanks around it."""
    start, end = 0, len(value)
    while start < end and is_blank(value[start]):
        start += 1
    while end > start and is_blank(value[end - 1]):
        end -= 1
    return value[start:end]


def text(value: object) -> str | None:
    """The value as text without surrounding blanks; None for null and for blanks."""
    return None if value is None else stripped(str(value)) or None


def identifier(value: object, rules: Rules = DEFAULT) -> str | None:
    """An id; None if it is missing. Raises InvalidIdError."""
    if not isinstance(value, str | int | float | Decimal | None) or isinstance(value, bool):
        raise InvalidIdError(str(value)[:50])
    if isinstance(value, float | Decimal) and math.isfinite(value) and value == int(value):
        value = int(value)
    its_text = text(value) or ""
    whole, dot, zeros = its_text.partition(".")
    digits = whole.removeprefix("-")
    is_whole = dot and zeros and not zeros.strip("0") and digits and not digits.strip(DIGITS)
    if is_whole and (digits[0] != "0" or whole == "0"):
        its_text = whole
    if its_text.lower() in rules.missing or all(is_blank(c) or c in "_.-'’" for c in its_text):
        return None
    if len(its_text) > 200 or "\0" in its_text or any("\ud800" <= c <= "\udfff" for c in its_text):
        raise InvalidIdError(its_text[:50])
    return its_text


def instant(value: object, rules: Rules = DEFAULT) -> datetime | None:
    """An ISO 8601 text as instant in UTC; None if it is none. Beyond the calendar: its last day."""
    parts = SPLIT.fullmatch(stripped(value).lower()) if isinstance(value, str) else None
    date = DATE.fullmatch(parts[1]) if parts else None
    time = TIME.fullmatch(parts[2] or "00") if parts else None
    offset = OFFSET.fullmatch(parts[3]) if parts and parts[3] else None
    if date is None or time is None or (parts and parts[3] and offset is None):
        return None
    year, month, day = (int(number) for number in date.groups() if number)
    clock = time.groups()[:4] if time[1] else time.groups()[4:]
    hour, minute, second = (int(number or 0) for number in clock[:3])
    micro = int(((clock[3] or "") + "000000")[:6])
    if (hour, minute, second, micro) == (24, 0, 0, 0):
        hour, days = 0, 1
    else:
        days = 0
    try:
        moment = datetime(year, month, day, hour, minute, second, micro)  # noqa: DTZ001 - local at first
    except ValueError:
        return None
    if offset and offset[1] and (int(offset[2]) > 23 or int(offset[3] or 0) > 59):
        return None
    try:
        moment += timedelta(days=days)
        if offset is None:
            return later(moment, rules.time_zone)
        if offset[1]:
            ahead = timedelta(hours=int(offset[2]), minutes=int(offset[3] or 0))
            moment = moment - ahead if offset[1] == "+" else moment + ahead
        return moment.replace(tzinfo=UTC)
    except OverflowError:
        return IMPLAUSIBLE


def later(moment: datetime, time_zone: str) -> datetime:
    """Local time as instant; where it can be two instants, the later one."""
    return max(moment.replace(tzinfo=ZoneInfo(time_zone), fold=fold).astimezone(UTC) for fold in (0, 1))


def is_plausible(moment: datetime) -> bool:
    """From 1900 to a day after now."""
    return datetime(1900, 1, 1, tzinfo=UTC) <= moment <= datetime.now(UTC) + timedelta(days=1)


def minute_of(moment: datetime) -> datetime:
    """The start of the minute."""
    return moment.replace(second=0, microsecond=0)


def number(value: object) -> float | None:
    """A finite number from an integer, a float, a decimal or numeric text; else None."""
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, str):
        value = stripped(value)
        if not NUMBER.fullmatch(value):
            return None
    elif not isinstance(value, int | float | Decimal):
        return None
    try:
        result = float(value)
    except OverflowError:
        return None
    return result if math.isfinite(result) else None


def measure(name: str, value: object, rules: Rules = DEFAULT) -> float | None:
    """A measure that can be true, else None."""
    result = number(value)
    lowest, highest = rules.plausible[name]
    if result is None or not lowest <= result <= highest or 0 < abs(result) < SMALLEST:
        return None
    return None if result in rules.no_reading.get(name, ()) else result


def amount(value: object) -> float | None:
    """Damage: a number from 0 to 1e15, perhaps with a currency sign and commas between thousands; else None."""
    if isinstance(value, str):
        value = stripped(value)
        if value[:1] in tuple("$€£"):
            value = value[1:]
        elif value[-1:] in tuple("$€£"):
            value = value[:-1]
        value = value.strip(" ")
        if GROUPED.fullmatch(value):
            value = value.replace(",", "")
    result = number(value)
    return abs(result) if result is not None and (result == 0 or SMALLEST <= result <= 1e15) else None
