"""Heroes who were forgotten: when, how much left, and how many objects still hold them. Nothing names a hero."""

from __future__ import annotations

from dataclasses import replace

from include.cerebro.page.actions import FORGET
from include.cerebro.page.components import Column, Section, Table
from include.cerebro.page.formatting import count
from include.cerebro.page.reader import Reader, Row
from include.cerebro.platform.names import TRANSFORMER_ROLE

# As many as a person looks through; raw.erasures has all of them.
ERASURES = 20

SECTION = Section(
    "erasures",
    "Erasures",
    "Heroes who were forgotten. Only counts are kept, and hashes, so that a later delivery does not bring them back.",
    actions=(FORGET,),
)


def read(reader: Reader) -> Section:
    """List the latest erasures."""
    # What is left of an erasure is not the analysts' business. It is counts.
    rows = reader.rows("erasures", TRANSFORMER_ROLE, limit=ERASURES)
    if not rows:
        return replace(SECTION, title="No hero was forgotten")
    return replace(
        SECTION,
        title=f"{count(rows[0]['in_all'], 'erasure')}",
        table=Table.of(
            rows,
            "Erasures",
            [
                Column.number("Erasure", "erasure_id"),
                Column.instant("When", "erased_at"),
                Column.number("Versions of objects", "objects"),
                Column.number("Readings", "readings"),
                Column.number("Hero records", "records"),
                Column.number("Participations", "participations"),
                Column("Quarantine", _quarantine),
                Column.number("Objects that held the hero", "holders"),
            ],
            is_open=True,
        ),
        note="Objects of the landing zone that held the hero when it was looked for are in meta.erasure_objects.",
        links=[("The runs of erasures", "../dags/cerebro_forget_hero")],
    )


def _quarantine(row: Row) -> str:
    return "clean" if row["is_finished"] else "not clean yet"
