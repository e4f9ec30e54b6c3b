"""The quarantine: rejected rows by object, why they were rejected, where they are kept, and what to do."""

from __future__ import annotations

from dataclasses import replace

from include.cerebro.page.components import Column, Section, Table, zone_column
from include.cerebro.page.formatting import count, number
from include.cerebro.page.reader import Reader, Row

# As many as a person looks through; operations.load_history has all of them.
OBJECTS = 20

# The meanings of the reasons in raw.rejections.
MEANINGS = {
    "missing_hero_id": "the row names no hero",
    "invalid_hero_id": "the hero's id has more than 200 characters, or ones that PostgreSQL cannot store",
    "invalid_hero_ids": "the crew of the mission holds something that is no id",
    "missing_mission_id": "the record names no mission",
    "invalid_mission_id": "the mission's id has more than 200 characters",
    "invalid_timestamp": "the timestamp is missing, or is not ISO 8601",
    "implausible_timestamp": "the timestamp is before 1900, or more than a day after the load",
    "invalid_csv": "the line has too few or too many values, or a quote that is not closed",
    "invalid_json": "the record is not JSON",
    "not_an_object": "the record is JSON, but no object",
    "record_too_long": "the record has more than 16 million characters",
    "invalid_text": "a text holds a character that PostgreSQL cannot store, for instance NUL",
    "erased_hero": "the hero was forgotten, so the row is counted and not kept",
    "no_usable_measure": "none of the three measures is a possible number",
}

SECTION = Section(
    "quarantine",
    "Quarantine",
    "Rows that cannot be used. Nothing is lost: the bucket cerebro-quarantine keeps them.",
)


def read(reader: Reader) -> Section:
    """List the objects with the most rejected rows."""
    rows = reader.rows("quarantine", limit=OBJECTS)
    if not rows:
        return replace(SECTION, title="Nothing is in quarantine", is_healthy=True)
    objects = rows[0]["objects_in_all"]
    reasons = sorted({reason for row in rows for reason in row["rejection_reasons"]})
    return replace(
        SECTION,
        title=f"{count(rows[0]['rows_in_all'], 'row')} of {count(objects, 'object')} in quarantine",
        note=f"The {len(rows)} objects with the most of {objects:,}; operations.load_history has all of them."
        if objects > len(rows)
        else "",
        remedies=[(reason, remedy(reason)) for reason in reasons],
        table=Table.of(
            rows,
            "What is in quarantine",
            [
                *zone_column(rows),
                Column.key("Object", "object_key"),
                Column(
                    "Rejected rows", lambda row: f"{number(row['rows_rejected'])} of {number(row['rows_in'])}", "number"
                ),
                Column("Reasons", _reasons),
                Column.key("Kept as", "quarantine_key"),
            ],
            is_open=True,
        ),
    )


def remedy(reason: str) -> str:
    """Say what a reason means, and what to do."""
    meaning = MEANINGS.get(reason, "see the rows themselves, each has its source and row number")
    return f"{meaning}. Correct it at the source and deliver the object again under the same key."


def _reasons(row: Row) -> str:
    return ", ".join(f"{reason} {rows:,}" for reason, rows in sorted(row["rejection_reasons"].items()))
