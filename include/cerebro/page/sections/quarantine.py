"""The quarantine's desk: rejected rows that wait for a decision, by object and reason, and what to do."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import urlencode

from include.cerebro.page.actions import Link, discard, release, reprocess_object
from include.cerebro.page.components import Column, Section, Table, zone_column
from include.cerebro.page.formatting import count, number
from include.cerebro.page.reader import Reader, Row

# As many as a person looks through; operations.quarantine has all of them.
ENTRIES = 20

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
    "repeated_header": "the line is the header once more",
    "invalid_json": "the record is not JSON",
    "not_an_object": "the record is JSON, but no object",
    "record_too_long": "the record has more than 16 million characters",
    "invalid_text": "a text holds a character that PostgreSQL cannot store, for instance NUL",
    "duplicate_reading": "a reading of the same hero and instant is in force already",
    "erased_hero": "the hero was forgotten, so the row is counted and not kept",
    "no_usable_measure": "none of the three measures is a possible number",
}

SECTION = Section(
    "quarantine",
    "Quarantine",
    "Rows that cannot be used. Nothing is lost: the bucket cerebro-quarantine keeps them. Release them, with a "
    "correction if need be, or discard them.",
)


def read(reader: Reader) -> Section:
    """List the objects and reasons with the most rejected rows that wait for a decision."""
    rows = reader.rows("quarantine", limit=ENTRIES)
    totals = reader.rows("quarantine_totals")
    decided = _decided(totals[0]) if totals else ""
    if not rows:
        title = "Nothing in quarantine waits for a decision" if decided else "Nothing is in quarantine"
        return replace(SECTION, title=title, note=decided, is_healthy=True)
    entries, objects = totals[0]["entries"], totals[0]["objects"]
    reasons = sorted({row["reason"] for row in rows})
    more = f"The {len(rows)} largest of {entries:,} entries; operations.quarantine has all of them."
    return replace(
        SECTION,
        title=f"{count(totals[0]['rows_waiting'], 'row')} of {count(objects, 'object')} in quarantine",
        note=" ".join(([more] if entries > len(rows) else []) + ([decided] if decided else [])),
        remedies=[(reason, remedy(reason)) for reason in reasons],
        table=Table.of(
            rows,
            "What is in quarantine",
            [
                *zone_column(rows),
                Column.key("Object", "object_key"),
                Column("Load", lambda row: str(row["load_id"]), "number"),
                Column.text("Reason", "reason"),
                Column(
                    "Waiting rows", lambda row: f"{number(row['rows_waiting'])} of {number(row['rows_in'])}", "number"
                ),
                Column.number("Discarded", "rows_discarded"),
                Column.number("Released", "rows_released"),
                Column.key("Kept as", "quarantine_key"),
            ],
            is_open=True,
            actions=lambda row: (rows_of(row), release(row), discard(row), reprocess_object(row)),
        ),
        links=[("The runs of decisions", "../dags/cerebro_release")],
    )


def meaning(reason: str) -> str:
    """Say what a reason means."""
    return MEANINGS.get(reason, "see the rows themselves, each has its source and row number")


def remedy(reason: str) -> str:
    """Say what a reason means, and what to do."""
    what_to_do = "Correct it at the source and deliver the object again under the same key, or release the rows"
    return f"{meaning(reason)}. {what_to_do}."


def rows_of(row: Row) -> Link:
    """Return the link to the page of the rows of one object and reason, which the module ``rows`` makes."""
    return Link("Rows", "rows?" + urlencode({"load_id": row["load_id"], "reason": row["reason"]}))


def _decided(totals: Row) -> str:
    parts = [
        f"{count(totals[name], 'row')} {what}"
        for name, what in (("rows_discarded", "discarded"), ("rows_released", "released"))
        if totals[name]
    ]
    return f"{' and '.join(parts)} by decisions that are in force." if parts else ""
