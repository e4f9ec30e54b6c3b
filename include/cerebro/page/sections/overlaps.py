"""Overlaps: objects that deliver readings of the same hero and second."""

from __future__ import annotations

from dataclasses import replace

from include.cerebro.page.components import Column, Section, Table
from include.cerebro.page.formatting import count
from include.cerebro.page.reader import Reader, Row
from include.cerebro.platform.names import DEFAULT_LANDING_ZONE

# As many as a person looks through; operations.overlapping_objects has all of them.
PAIRS = 20

SECTION = Section(
    "overlaps",
    "Readings that came twice",
    "Objects that deliver readings of the same hero and second. They count twice, or are rejected, as the setting "
    "`overlap` of the landing zone says.",
)


def read(reader: Reader) -> Section:
    """List the pairs of objects that overlap most."""
    rows = reader.rows("overlaps", limit=PAIRS)
    if not rows:
        return replace(SECTION, title="No objects overlap")
    pairs = rows[0]["in_all"]
    return replace(
        SECTION,
        title=f"{count(pairs, 'pair')} of objects overlap",
        note=f"The {len(rows)} largest of {pairs:,}; operations.overlapping_objects has all of them."
        if pairs > len(rows)
        else "",
        remedies=[(kind, _REMEDIES[kind]) for kind in sorted({_kind(row) for row in rows})],
        table=Table.of(
            rows,
            "Objects that overlap",
            [
                Column("Later object", lambda row: _named(row["landing_zone"], row["object_key"]), "key"),
                Column(
                    "Earlier object", lambda row: _named(row["earlier_landing_zone"], row["earlier_object_key"]), "key"
                ),
                Column.number("Seconds of a hero", "seconds"),
                Column.number("Rejected readings", "readings_rejected"),
                Column("What it means", _kind),
                Column.instant("From", "first_minute"),
                Column.instant("Until", "last_minute"),
            ],
            is_open=True,
        ),
    )


_REMEDIES = {
    "counted": "both objects count, so their readings of these seconds are there twice. Remove them from one object "
    "and deliver it again under its key, or set `overlap: reject` and reprocess the landing zone.",
    "rejected": "the readings of the later object are in the quarantine, those of the earlier one count.",
    "unfounded": "the earlier object was corrected since, so rejected readings of the later one may count nowhere. The "
    "next run reads the later object again. If it has left the landing zone, deliver it again under its key.",
}


def _kind(row: Row) -> str:
    if row["readings_rejected"] is None:
        return "counted"
    return "unfounded" if row["is_unfounded"] else "rejected"


def _named(landing_zone: str, key: str) -> str:
    return key if landing_zone == DEFAULT_LANDING_ZONE else f"{landing_zone}: {key}"
