"""Helpers of the sections that rank heroes."""

from __future__ import annotations

from collections.abc import Sequence

from include.cerebro.page.reader import Row

# Bars that a person takes in at a glance, and rows with which a page still loads fast.
BARS, ROWS = 10, 1000


def with_places(rows: Sequence[Row]) -> list[Row]:
    """Return the rows with their ``place``, from 1 on."""
    return [row | {"place": place} for place, row in enumerate(rows, start=1)]


def rest_note(rows: Sequence[Row]) -> str:
    """Say where the heroes are for whom the chart has no bar."""
    return f"The first {BARS} of {len(rows):,}; all of them are in the table." if len(rows) > BARS else ""
