"""Drift: columns that are new, gone or of another type in what is delivered."""

from __future__ import annotations

from dataclasses import replace

from include.cerebro.ledger.schema_changes import described
from include.cerebro.page.components import Column, Section, Table
from include.cerebro.page.formatting import count
from include.cerebro.page.reader import Reader, Row

# As many as a person looks through; operations.schema_changes has all of them.
CHANGES = 20

SECTION = Section(
    "schema_changes",
    "Columns",
    "Changes of the delivered columns, each noted once with the first object that has it.",
)


def read(reader: Reader) -> Section:
    """List the last changes."""
    rows = reader.rows("schema_changes", limit=CHANGES)
    if not rows:
        return replace(SECTION, title="No column has changed")
    changes = rows[0]["in_all"]
    return replace(
        SECTION,
        title=f"{count(changes, 'change')} of columns so far",
        note=f"The latest {len(rows)} of {changes:,}; operations.schema_changes has all of them."
        if changes > len(rows)
        else "",
        table=Table.of(
            rows,
            "Changes of columns",
            [
                Column.instant("Noted", "noted_at"),
                Column.text("Landing zone", "landing_zone"),
                Column.text("Dataset", "dataset"),
                Column("Change", _change),
                Column.key("First object", "object_key"),
            ],
            is_open=True,
        ),
    )


def _change(row: Row) -> str:
    return described(row["column_name"], row["change"], row["column_type"])
