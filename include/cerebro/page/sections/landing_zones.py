"""The landing zones: what the last run found in each, and what it did not recognise."""

from __future__ import annotations

from dataclasses import replace

from include.cerebro.page.actions import RUN_NOW
from include.cerebro.page.components import Column, Section, Table
from include.cerebro.page.formatting import NOTHING, TRY_IT, count
from include.cerebro.page.reader import Reader, Row

SECTION = Section(
    "landing_zones",
    "Landing zones",
    "What the last run found in each. An object that is not recognised belongs to no dataset, "
    "and is not loaded. New objects wait if a run takes no more; the next one follows at once.",
)


def read(reader: Reader) -> Section:
    """List the landing zones."""
    rows = reader.rows("landing_zones")
    if not rows:
        return replace(SECTION, title="No landing zone has been listed yet", empty=TRY_IT)
    unlisted = sum(row["error"] is not None for row in rows)
    unrecognised = sum(row["unrecognised"] for row in rows)
    waiting = sum(row["objects_waiting"] for row in rows)
    title = "Every object is recognised"
    if waiting:
        size = sum(row["bytes_waiting"] for row in rows) / 1e6
        title = f"{count(waiting, 'new object waits', 'new objects wait')} for the next run, {size:,.1f} MB"
    if unrecognised:
        title = f"{count(unrecognised, 'object is', 'objects are')} not recognised"
    if unlisted:
        title = f"{count(unlisted, 'landing zone')} cannot be listed"
    return replace(
        SECTION,
        title=title,
        is_healthy=not (unlisted or unrecognised),
        table=Table.of(
            rows,
            "Landing zones",
            [
                Column.key("Landing zone", "landing_zone"),
                Column.instant("Listed", "listed_at"),
                Column.number("Objects", "objects"),
                Column.number("New", "new_objects"),
                Column.number("Waiting", "objects_waiting"),
                Column.number("Not recognised", "unrecognised"),
                Column("For example, and what to do", _details),
            ],
            is_open=True,
        ),
        actions=(RUN_NOW,),
    )


def _details(row: Row) -> str:
    if row["error"]:
        return str(row["error"])
    examples = ", ".join(row["examples"])
    more = ", …" if row["unrecognised"] > len(row["examples"]) else ""
    return " ".join([*([f"{examples}{more}."] if examples else []), *row["notes"]]) or NOTHING
