"""Reliability: who was on the most successful missions, and how stressed they were."""

from __future__ import annotations

from dataclasses import replace

from include.cerebro.page import figures
from include.cerebro.page.components import Column, Section, Table
from include.cerebro.page.formatting import TRY_IT, number
from include.cerebro.page.reader import Reader, Row
from include.cerebro.page.sections.ranking import BARS, ROWS, rest_note, with_places

SECTION = Section("reliability", "Reliability", "Successful missions, and the mean stress level on them.")


def read(reader: Reader) -> Section:
    """Rank the heroes by their successful missions."""
    rows = reader.rows("reliability", limit=ROWS)
    if not rows:
        return replace(SECTION, title="No hero was on a successful mission yet", empty=TRY_IT)
    names = [row["hero_name"] for row in rows[:BARS]]
    missions = [row["successful_missions_count"] for row in rows[:BARS]]
    labels = [number(row["successful_missions_count"]) + _stress(row, ", stress ") for row in rows[:BARS]]
    return replace(
        SECTION,
        title=f"{names[0]} was on the most successful missions: {number(missions[0])}"
        + _stress(rows[0], ", at a stress level of "),
        figure=figures.ranking(names, missions, labels),
        note=rest_note(rows),
        table=Table.of(
            with_places(rows),
            "All heroes by their successful missions",
            [
                Column.number("Place", "place"),
                Column.text("Hero", "hero_name"),
                Column.number("Successful missions", "successful_missions_count"),
                Column.number("Stress level", "avg_stress_level", 2),
            ],
        ),
    )


def _stress(row: Row, words: str) -> str:
    stress = row["avg_stress_level"]
    return "" if stress is None else words + number(stress, 2)
