"""Single values: text, instants, numbers."""

from __future__ import annotations

import math
import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal

BLANKS = " \t\r\n"
NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)
ISO_8601 = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)"
    r"(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:\.(\d+))?)?"
    r"(Z|[+-]\d\d(?::?\d\d)?)?)?",
    re.ASCII,
)


def text(value: object) -> str | None:
    """The value as text without surrounding blanks; None for null and for blanks."""
    if value is None:
        return None
    return str(value).strip(BLANKS) or None


def instant(value: object) -> datetime | None:
    """An ISO 8601 text as instant in UTC (no offset means UTC); None if unusable or outside the years 1 to 9999."""
    match = ISO_8601.fullmatch(text(value) or "") if isinstance(value, str) else None
    if match is None:
        return None
    year, month, day, hour, minute, second, fraction, offset = match.groups()
    try:
        moment = datetime(
            int(year), int(month), int(day), int(hour or 0), int(minute or 0), int(second or 0),
            int(((fraction or "") + "000000")[:6]), tzinfo=UTC,
        )  # fmt: skip
        if offset and offset != "Z":
            digits = offset[1:].replace(":", "").ljust(4, "0")
            ahead = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
            moment = moment - ahead if offset[0] == "+" else moment + ahead
    except (ValueError, OverflowError):
        return None
    return moment


def minute_of(moment: datetime) -> datetime:
    """The start of the minute."""
    return moment.replace(second=0, microsecond=0)


def number(value: object) -> float | None:
    """A finite number from an integer, a float, a decimal or numeric text; else None."""
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, str):
        value = value.strip(BLANKS)
        if not NUMBER.fullmatch(value):
            return None
    elif not isinstance(value, int | float | Decimal):
        return None
    try:
        result = float(value)
    except OverflowError:
        return None
    return result if math.isfinite(result) else None


def number_not_below_zero(value: object) -> float | None:
    """A number as above, None if it is negative."""
    result = number(value)
    return result if result is not None and result >= 0 else None


def heart_rate(value: object) -> float | None:
    """A heart rate from 0 to 300 beats a minute, else None."""
    result = number(value)
    return result if result is not None and 0 <= result <= 300 else None
