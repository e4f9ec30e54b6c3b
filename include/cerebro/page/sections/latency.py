"""Latency: how long objects took from their arrival in the store to the answer, by day."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from include.cerebro.page.components import Column, Section, Table, zone_column
from include.cerebro.page.formatting import NOTHING, duration
from include.cerebro.page.reader import Reader, Row

# As many rows as a person looks through; operations.latency has 30 days.
ROWS = 7

SECTION = Section(
    "latency",
    "From arrival to answer",
    "How long the objects of a day took from the store to raw, and to the answer. Half of them took at most the first "
    "time, 95 % of them at most the second. Untold are those that no watcher told of, and a scheduled run found by "
    "listing.",
)


def read(reader: Reader, target_minutes: float = 0) -> Section:
    """Show the times of the last days, and whether those of the last one are within the target; 0 means none."""
    rows = reader.rows("latency", limit=ROWS)
    if not rows:
        return replace(SECTION, title="Nothing has arrived in the last 30 days", empty="Deliver an object.")
    # On a day when nothing arrived, what no watcher told of may have been found.
    last = next((row for row in rows if row["objects"]), rows[0])
    waiting = sum(row["objects_waiting"] for row in rows)
    title = f"On {last['arrived_on']}, 95 % of the objects were answered within {duration(last['to_answer_p95'])}"
    slowest = max((row["to_answer_p95"] or 0 for row in rows if row["arrived_on"] == last["arrived_on"]), default=0)
    is_slow = bool(target_minutes) and slowest > 60 * target_minutes
    if target_minutes:
        title += f"; the target is {duration(60 * target_minutes)}"
    return replace(
        SECTION,
        is_healthy=not is_slow if target_minutes else None,
        title=f"{waiting} objects wait for their answer" if waiting else title,
        table=Table.of(
            rows,
            "From arrival to answer",
            [
                *zone_column(rows),
                Column.text("Day", "arrived_on"),
                Column.number("Objects", "objects"),
                Column.number("Waiting", "objects_waiting"),
                Column.number("Untold", "objects_untold"),
                Column("To raw", _times("to_raw"), "number"),
                Column("To the answer", _times("to_answer"), "number"),
            ],
            is_open=True,
        ),
    )


def _times(name: str) -> Callable[[Row], str]:
    def cell(row: Row) -> str:
        half, most = row[f"{name}_p50"], row[f"{name}_p95"]
        return NOTHING if half is None else f"{duration(half)}, {duration(most)}"

    return cell
