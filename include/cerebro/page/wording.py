"""Numbers, instants and names as the page writes them."""

from __future__ import annotations

import html
from datetime import UTC, date, datetime, timedelta

NOTHING = "–"

TRY_IT = "Trigger cerebro_sample_data to try it out, or fill the landing zone and trigger cerebro_restore."


def number(value: float | None, digits: int = 0) -> str:
    """``1,308.69``: thousands apart, so many digits after the point."""
    return NOTHING if value is None else f"{value:,.{digits}f}"


def count(many: int, one: str, more: str | None = None) -> str:
    """``1 object``, ``2,000 objects``."""
    return f"{many:,} {one if many == 1 else more or one + 's'}"


def instant(moment: datetime | None) -> str:
    """``1 Jan 2025, 23:59``; in UTC, which the page states once."""
    if moment is None:
        return NOTHING
    utc = moment.astimezone(UTC)
    return f"{day(utc.date())}, {utc:%H:%M}"


def day(value: date) -> str:
    """``1 Jan 2025``."""
    return f"{value.day} {value:%b %Y}"


def ago(moment: datetime | None, now: datetime) -> str:
    """``3 minutes ago``, in the largest unit that fits."""
    if moment is None:
        return NOTHING
    seconds = max(0, int((now - moment).total_seconds()))
    for unit, size in (("day", 86_400), ("hour", 3_600), ("minute", 60)):
        if seconds >= size:
            return f"{count(seconds // size, unit)} ago"
    return "just now"


def span(length: timedelta) -> str:
    """``5 minutes``, ``1 hour``, ``1 day``."""
    for unit, size in (("day", 86_400), ("hour", 3_600), ("minute", 60)):
        if length.total_seconds() % size == 0:
            return count(int(length.total_seconds() // size), unit)
    return str(length)


def label(text: str, most: int = 40) -> str:
    """Make a name from the data safe for a chart, whose texts may hold HTML tags, and short enough for an axis."""
    short = " ".join(text.split())
    return html.escape(short if len(short) <= most else short[: most - 1] + "…", quote=False)
