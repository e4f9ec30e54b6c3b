"""Objects that cannot be loaded at all, with their errors, which say what to do."""

from __future__ import annotations

from dataclasses import replace

from include.cerebro.page.components import Column, Section, Table, zone_column
from include.cerebro.page.formatting import count
from include.cerebro.page.reader import Reader, Row

# As many as a person looks through; operations.load_history has all of them.
OBJECTS = 20

SECTION = Section(
    "failed",
    "Broken objects",
    "Each run tells them again, until they are delivered anew. To give one up, remove it from the landing zone.",
)


def read(reader: Reader) -> Section:
    """List the objects that failed last."""
    rows = reader.rows("failed", limit=OBJECTS)
    if not rows:
        return replace(SECTION, lead="", title="Every object could be loaded", is_healthy=True)
    objects = rows[0]["in_all"]
    return replace(
        SECTION,
        title=f"{count(objects, 'object')} cannot be loaded; everything else is",
        note=f"The latest {len(rows)} of {objects:,}; operations.load_history has all of them."
        if objects > len(rows)
        else "",
        is_healthy=False,
        table=Table.of(
            rows,
            "Objects that cannot be loaded",
            [
                *zone_column(rows),
                Column.key("Object", "object_key"),
                Column("What is wrong, and what to do", _error),
                Column.instant("Last tried", "loaded_at"),
            ],
            is_open=True,
        ),
    )


def _error(row: Row) -> str:
    """The error without the object's key, which stands beside it."""
    return str(row["error"]).removeprefix(f"{row['object_key']}: ")
