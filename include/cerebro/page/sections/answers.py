"""Both questions, answered for every hero."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from include.cerebro.page import figures
from include.cerebro.page.reader import Reader
from include.cerebro.page.section import Column, Section, Table
from include.cerebro.page.wording import NOTHING, TRY_IT, number

# Bars that a person still takes in, and rows that a page still loads fast with.
BARS, RANKED = 10, 1000


def hulk_factor(reader: Reader) -> Section:
    """Who puts out the most energy, on average, on high-risk missions."""
    rows = reader.rows("hulk_factor", limit=RANKED)
    section = partial(
        Section,
        name="hulk_factor",
        heading="The Hulk Factor",
        lead="Mean energy output on missions with a structural damage above 10,000.",
    )
    if not rows:
        return section(title="No hero was measured on a high-risk mission yet", empty=TRY_IT)
    best = rows[0]
    energies = [number(row["avg_energy_output"], 2) for row in rows]
    return section(
        title=f"{best['hero_name']} puts out the most energy on high-risk missions: {energies[0]} on average",
        figure=figures.ranking(
            [row["hero_name"] for row in rows[:BARS]],
            [row["avg_energy_output"] for row in rows[:BARS]],
            energies[:BARS],
        ),
        note=_more(rows),
        table=Table(
            "All heroes by their mean energy output on high-risk missions",
            [Column("Place", "number"), Column("Hero"), Column("Energy output", "number")],
            [[str(place), row["hero_name"], energies[place - 1]] for place, row in enumerate(rows, start=1)],
        ),
    )


def reliability(reader: Reader) -> Section:
    """Who was on the most successful missions, and how stressed they were."""
    rows = reader.rows("reliability", limit=RANKED)
    section = partial(
        Section,
        name="reliability",
        heading="Reliability",
        lead="Successful missions, and the mean stress level on them.",
    )
    if not rows:
        return section(title="No hero was on a successful mission yet", empty=TRY_IT)
    best = rows[0]
    missions = [row["successful_missions_count"] for row in rows]
    stress = [number(row["avg_stress_level"], 2) for row in rows]
    measured = best["avg_stress_level"] is not None
    return section(
        title=f"{best['hero_name']} was on the most successful missions: {missions[0]:,}"
        + (f", at a stress level of {stress[0]}" if measured else ""),
        figure=figures.ranking(
            [row["hero_name"] for row in rows[:BARS]],
            missions[:BARS],
            [
                f"{many:,}" + (f", stress {level}" if level != NOTHING else "")
                for many, level in zip(missions[:BARS], stress, strict=False)
            ],
        ),
        note=_more(rows),
        table=Table(
            "All heroes by their successful missions",
            [
                Column("Place", "number"),
                Column("Hero"),
                Column("Successful missions", "number"),
                Column("Stress level", "number"),
            ],
            [
                [str(place), row["hero_name"], f"{missions[place - 1]:,}", stress[place - 1]]
                for place, row in enumerate(rows, start=1)
            ],
        ),
    )


def _more(rows: Sequence[Any]) -> str:
    return f"The first {BARS} of {len(rows):,}; all of them are in the table." if len(rows) > BARS else ""
