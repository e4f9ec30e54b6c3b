"""A batch: the objects that a load task was given, and what became of each. A page of its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from include.cerebro.page.components import Column, Section, Table, zone_column
from include.cerebro.page.formatting import NOTHING, count
from include.cerebro.page.reader import Reader, Row

# Two full batches. 5,000 rows are 1 MB of HTML.
ROWS = 10_000

SECTION = Section(
    "batch",
    "Objects of a load task",
    "What the task was given, and what the ledger says of each object now.",
)


def read(reader: Reader, batches: Sequence[int], run_id: str) -> Section:
    """List the objects of batches; if they are of an earlier day, all objects of their run."""
    rows = reader.rows("batch_objects", batches=list(batches), limit=ROWS)
    whose = "of the task"
    if not rows:
        rows = reader.rows("run_objects", run_id=run_id, limit=ROWS)
        whose = "of the whole run"
    if not rows:
        return replace(SECTION, title="There are no such objects", empty="Open the link of a load task in Airflow.")
    in_all = rows[0]["in_all"]
    note = f"The first {ROWS:,} are shown; all are in operations.load_history." if in_all > ROWS else ""
    if whose != "of the task":
        note = f"Lists of tasks are kept for a day: these are all objects of the run {run_id}. {note}".rstrip()
    return replace(
        SECTION,
        title=f"{count(in_all, 'object')} {whose}, {sum(row['size_bytes'] for row in rows) / 1e6:,.1f} MB",
        note=note,
        table=Table.of(
            rows,
            "Objects",
            [
                *zone_column(rows),
                Column.key("Object", "object_key"),
                Column.number("Bytes", "size_bytes"),
                Column.key("ETag", "etag"),
                Column.instant("Arrived", "landed_at"),
                Column("State", _state),
                Column.number("Rows loaded", "rows_loaded"),
                Column.number("Rejected", "rows_rejected"),
                Column("Error", lambda row: row["error"] or NOTHING),
            ],
            is_open=True,
        ),
    )


def _state(row: Row) -> str:
    return row["status"] or "not loaded"
