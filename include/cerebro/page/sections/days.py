"""The rows that came into the landing zone, loaded and rejected, by day."""

from __future__ import annotations

from dataclasses import replace

from include.cerebro.page import figures
from include.cerebro.page.components import Column, Section, Table
from include.cerebro.page.formatting import TRY_IT, day, number
from include.cerebro.page.reader import Reader

# As many as a person looks through; operations.load_history has all of them.
DAYS = 60

SECTION = Section(
    "days",
    "Landing zone against warehouse",
    "Rows of all objects (readings, missions, heroes) by the day on which they were ingested.",
)


def read(reader: Reader) -> Section:
    """Count the rows and objects of each day."""
    rows = reader.rows("days", limit=DAYS)
    if not rows:
        return replace(SECTION, title="Nothing has been loaded yet", empty=TRY_IT)
    came_in, loaded, rejected = (
        number(sum(row[name] for row in rows)) for name in ("rows_in", "rows_loaded", "rows_rejected")
    )
    return replace(
        SECTION,
        title=f"Of {came_in} rows in the landing zone {loaded} are loaded and {rejected} are in quarantine",
        figure=figures.days(rows[::-1]),
        note=f"The last {DAYS} days with new objects; operations.load_history has all of them."
        if len(rows) == DAYS
        else "",
        table=Table.of(
            rows,
            "Landing zone and warehouse by day",
            [
                Column("Day", lambda row: day(row["day"]), "instant"),
                Column.number("Rows in", "rows_in"),
                Column.number("Loaded", "rows_loaded"),
                Column.number("Rejected", "rows_rejected"),
                Column.number("Objects loaded", "objects_loaded"),
                Column.number("Objects failed", "objects_failed"),
            ],
        ),
    )
