"""Sample rows of one object and reason in quarantine. A page of its own, for whoever may decide about them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from include.cerebro.page.actions import discard, release, reprocess_object
from include.cerebro.page.components import Column, Section, Table
from include.cerebro.page.formatting import NOTHING, count, instant
from include.cerebro.page.reader import Reader
from include.cerebro.page.sections.quarantine import meaning

if TYPE_CHECKING:
    from include.cerebro.maintenance.release.sample import Sample

SECTION = Section(
    "rows",
    "Rows in quarantine",
    "Some of the rows, as the quarantine keeps them. Long values are cut.",
    links=(("Back to the quarantine", "./#quarantine"),),
)
# Where the rows are: in the quarantine of a load, for a reason.
ReadSample = Callable[[str, str], "Sample"]


def read(reader: Reader, load_id: int, reason: str, read_sample: ReadSample) -> Section:
    """Show rows of a load and reason.

    Args:
        reader: reads the warehouse.
        load_id: the load.
        reason: why they were rejected.
        read_sample: returns rows of a file of the quarantine, by its key and the reason.
    """
    rows = reader.rows("quarantine_entry", load_id=load_id, reason=reason)
    if not rows:
        return replace(
            SECTION,
            title="There are no such rows",
            lead="",
            empty="They were released, or the object was loaded again since. The quarantine's list has what waits.",
        )
    (entry,) = rows
    found = replace(
        SECTION,
        title=f"{count(entry['rows_rejected'], 'row')} of {entry['object_key']} rejected as {reason}",
        remedies=[
            (reason, meaning(reason)),
            ("when", f"load {load_id} of {instant(entry['loaded_at'])}"),
            ("kept as", entry["quarantine_key"] or NOTHING),
        ],
        actions=(release(entry), discard(entry), reprocess_object(entry)) if entry["rows_waiting"] else (),
    )
    if entry["quarantine_key"] is None:
        return replace(
            found, lead="", empty="The rows are only counted: their hero was forgotten, or their term is over."
        )
    sample = read_sample(entry["quarantine_key"], reason)
    columns = [_column(number, name) for number, name in enumerate(sample.columns)]
    hidden = f"{count(sample.hidden, 'row')} of heroes who were forgotten left out." if sample.hidden else ""
    return replace(
        found,
        note=f"{count(len(sample.rows), 'row')} shown. {hidden}".rstrip(),
        table=Table.of([{"values": row} for row in sample.rows], "Rows", columns, is_open=True),
    )


def _column(number: int, name: str) -> Column:
    return Column(
        name,
        lambda row: NOTHING if row["values"][number] is None else str(row["values"][number]),
        "key" if name == "record" else "text",
    )
