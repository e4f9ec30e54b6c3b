"""How long each layer is kept, and what has left because its term was over."""

from __future__ import annotations

from dataclasses import replace

from include.cerebro.maintenance.retention.terms import Terms
from include.cerebro.page.actions import RETAIN
from include.cerebro.page.components import Column, Section, Table
from include.cerebro.page.formatting import count
from include.cerebro.page.reader import Reader, Row
from include.cerebro.platform.settings import SettingInvalidError, read_settings

# What a layer is, for a person, in the order of the table.
LAYERS = {
    "marts": "Readings in marts and analytics",
    "minutes": "Minutes in raw",
    "superseded": "Superseded loads in raw",
    "quarantine": "Rejected rows in quarantine",
}

SECTION = Section(
    "retention",
    "Retention",
    "How long each layer is kept. The ledger keeps all counts, so that the books balance; heroes and missions stay.",
)


def read(reader: Reader, terms: Terms | None = None) -> Section:
    """List the layers with their terms, and what has left them.

    Args:
        reader: reads the warehouse.
        terms: the terms; none means those of the settings.
    """
    rows = {row["layer"]: row for row in reader.rows("retentions")}
    try:
        kept = (Terms.of(read_settings()) if terms is None else terms)._asdict()
    except SettingInvalidError as error:
        return replace(SECTION, title="The terms contradict each other", note=str(error), is_healthy=False)
    if not rows and not any(kept.values()):
        return replace(SECTION, title="Everything is kept for ever", lead="")
    left = sum(row["rows"] for row in rows.values())
    shown: list[Row] = [
        {"name": name, "months": _months(kept[layer]), "horizon": None, "objects": 0, "rows": 0, "retired_at": None}
        | rows.get(layer, {})
        for layer, name in LAYERS.items()
    ]
    return replace(
        SECTION,
        title=f"{count(left, 'row')} left when their term was over" if left else "No term has been over yet",
        table=Table.of(
            shown,
            "What is kept how long",
            [
                Column.text("What", "name"),
                Column.text("Is kept", "months"),
                Column.instant("Older ones left before", "horizon"),
                Column.number("Loads or files", "objects"),
                Column.number("Rows that left", "rows"),
                Column.instant("Last", "retired_at"),
            ],
            is_open=True,
        ),
        links=[("The runs of retention", "../dags/cerebro_retention")],
        actions=(RETAIN,),
    )


def _months(months: int) -> str:
    return count(months, "month") if months else "for ever"
