"""The Hulk Factor: who puts out the most energy, on average, on high-risk missions."""

from __future__ import annotations

from dataclasses import replace

from include.cerebro.page import figures
from include.cerebro.page.components import Column, Section, Table
from include.cerebro.page.formatting import TRY_IT, number
from include.cerebro.page.reader import Reader
from include.cerebro.page.sections.ranking import BARS, ROWS, rest_note, with_places

SECTION = Section(
    "hulk_factor",
    "The Hulk Factor",
    "Mean energy output on missions with a structural damage above 10,000.",
)


def read(reader: Reader) -> Section:
    """Rank the heroes by their mean energy output on high-risk missions."""
    rows = reader.rows("hulk_factor", limit=ROWS)
    if not rows:
        return replace(SECTION, title="No hero was measured on a high-risk mission yet", empty=TRY_IT)
    names = [row["hero_name"] for row in rows[:BARS]]
    energies = [row["avg_energy_output"] for row in rows[:BARS]]
    labels = [number(energy, 2) for energy in energies]
    return replace(
        SECTION,
        title=f"{names[0]} puts out the most energy on high-risk missions: {labels[0]} on average",
        figure=figures.ranking(names, energies, labels),
        note=rest_note(rows),
        table=Table.of(
            with_places(rows),
            "All heroes by their mean energy output on high-risk missions",
            [
                Column.number("Place", "place"),
                Column.text("Hero", "hero_name"),
                Column.number("Energy output", "avg_energy_output", 2),
            ],
        ),
    )
