"""Numbers, instants and names as the page writes them."""

from __future__ import annotations

import html
from datetime import UTC, date, datetime, timedelta

NOTHING = "–"

TRY_IT = "Trigger cerebro_sample_data to try it out, or fill the landing zone and trigger cerebro_restore."

# Seconds.
UNITS = (("day", 86_400), ("hour", 3_600), ("minute", 60))


def number(value: float | None, digits: int = 0) -> str:
    """Write a number with a comma at the thousands: ``1,308.69``."""
    return NOTHING if value is None else f"{value:,.{digits}f}"


def count(many: int, one: str, more: str | None = None) -> str:
    """Write how many there are of something: ``1 object``, ``2,000 objects``."""
    return f"{many:,} {one if many == 1 else more or one + 's'}"


def instant(moment: datetime | None) -> str:
    """Write an instant in UTC, without saying so: ``1 Jan 2025, 23:59``."""
    if moment is None:
        return NOTHING
    utc = moment.astimezone(UTC)
    return f"{day(utc.date())}, {utc:%H:%M}"


def day(value: date) -> str:
    """Write a day: ``1 Jan 2025``."""
    return f"{value.day} {value:%b %Y}"


def ago(moment: datetime, now: datetime) -> str:
    """Write an age in the largest unit that fits: ``3 minutes ago``."""
    seconds = int((now - moment).total_seconds())
    for unit, size in UNITS:
        if seconds >= size:
            return f"{count(seconds // size, unit)} ago"
    return "just now"


def span(length: timedelta) -> str:
    """Write a duration in the largest unit that divides it: ``5 minutes``, ``1 day``."""
    seconds = int(length.total_seconds())
    unit, size = next(((unit, size) for unit, size in UNITS if seconds % size == 0), ("second", 1))
    return count(seconds // size, unit)


def chart_text(text: str, most: int = 40) -> str:
    """Escape a text from the data for a chart, where Plotly reads some HTML tags, and cut it to ``most`` characters."""
    short = " ".join(text.split())
    return html.escape(short if len(short) <= most else short[: most - 1] + "…", quote=False)


def duration(seconds: float | None) -> str:
    """Write a measured time in a unit that suits it: ``12.3 s``, ``4.5 minutes``."""
    if seconds is None:
        return NOTHING
    for unit, size in UNITS:
        if seconds >= 2 * size:
            return f"{seconds / size:,.1f} {unit}s"
    return f"{seconds:.1f} s"
