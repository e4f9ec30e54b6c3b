"""The last runs: whether the readings that came in are all in the warehouse or in quarantine."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from include.cerebro.page.components import Column, Section, Table
from include.cerebro.page.formatting import TRY_IT, count
from include.cerebro.page.reader import Reader, Row

# As many as a person looks through; operations.run_checks has all of them.
RUNS = 10

SECTION = Section(
    "runs",
    "The last runs",
    "What each run counted at its end: readings that came in, and where they are.",
)


def read(reader: Reader) -> Section:
    """List the last runs and their checks of conservation."""
    rows = reader.rows("run_checks", limit=RUNS)
    if not rows:
        return replace(SECTION, title="No run has checked anything yet", empty=TRY_IT)
    is_conserved = rows[0]["is_conserved"]
    return replace(
        SECTION,
        title=_title(rows),
        is_healthy=is_conserved,
        note="" if is_conserved else "The error of the run's task reconcile says what to do.",
        table=Table.of(
            rows,
            "The last runs",
            [
                Column.key("Run", "dag_run_id"),
                Column.instant("Checked", "checked_at"),
                Column.number("Came in", "readings_in"),
                Column.number("In the warehouse", "readings_in_facts"),
                Column.number("In quarantine", "readings_rejected"),
                Column.number("Erased", "readings_erased"),
                Column.number("Retired", "readings_retired"),
                Column("Adds up", _verdict, "verdict"),
            ],
            is_open=True,
        ),
    )


def _title(rows: Sequence[Row]) -> str:
    lossy = [row for row in rows if not row["is_conserved"]]
    if not rows[0]["is_conserved"]:
        difference = rows[0]["difference"]
        readings = count(abs(difference), "reading is", "readings are")
        return f"{readings} {_missing_or_twice(difference)}"
    if lossy:
        return f"{len(lossy)} of the last {count(len(rows), 'run')} did not add up"
    return f"No reading was lost in the last {count(len(rows), 'run')}" if len(rows) > 1 else "No reading was lost"


def _verdict(row: Row) -> str:
    difference = row["difference"]
    return "yes" if row["is_conserved"] else f"no: {abs(difference):,} {_missing_or_twice(difference)}"


def _missing_or_twice(difference: int) -> str:
    return "missing" if difference > 0 else "there twice"
