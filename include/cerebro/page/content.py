"""What the page says: each section's title (which is the answer), chart and table, from the rows of the warehouse."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from typing import Any

from include.cerebro.page import figures
from include.cerebro.page.biometrics import Choice, biometrics
from include.cerebro.page.reader import CannotShowError, Reader, open_reader
from include.cerebro.page.remedies import remedy
from include.cerebro.page.section import Column, Section, Table
from include.cerebro.page.wording import NOTHING, ago, count, day, instant, number
from include.cerebro.warehouse import Warehouse

log = logging.getLogger(__name__)

# Bars that a person still takes in, and rows that a page still loads fast with.
BARS, RANKED, RUNS, DAYS, OBJECTS = 10, 1000, 10, 60, 20

TRY_IT = "Trigger cerebro_sample_data to try it out, or fill the landing zone and trigger cerebro_restore."


@dataclass(frozen=True)
class Page:
    """Everything on it. ``problem``: why there is nothing, if there is nothing. ``is_well``: None if nobody knows."""

    written_at: datetime
    headline: str = ""
    is_well: bool | None = None
    problem: str = ""
    sections: dict[str, Section] = field(default_factory=dict)

    @classmethod
    def without_warehouse(cls, problem: str) -> Page:
        """The page when there is nothing to read from."""
        return cls(datetime.now(UTC), "The warehouse cannot be read", False, problem)


def read_page(warehouse: Warehouse, choice: Choice | None = None) -> Page:
    """Read all of the page. What cannot be read says so in its own place; never raises for the warehouse's sake."""
    now = datetime.now(UTC)
    try:
        with open_reader(warehouse) as reader:
            sections = {
                "failed": _shown("failed", "Objects that are broken", failed, reader),
                "hulk_factor": _shown("hulk_factor", "The Hulk Factor", hulk_factor, reader),
                "reliability": _shown("reliability", "Reliability", reliability, reader),
                "biometrics": _shown("biometrics", "Biometrics", lambda it: biometrics(it, choice or Choice()), reader),
                "days": _shown("days", "Landing zone against warehouse", days, reader),
                "runs": _shown("runs", "The last runs", runs, reader),
                "freshness": _shown("freshness", "Freshness", lambda it: freshness(it, now), reader),
                "quarantine": _shown("quarantine", "Quarantine", quarantine, reader),
            }
    except CannotShowError as error:
        return Page.without_warehouse(str(error))
    headline, is_well = _headline(sections["runs"], sections["failed"])
    return Page(now, headline, is_well, "", sections)


def _shown(name: str, title: str, make: Callable[[Reader], Section], reader: Reader) -> Section:
    try:
        return make(reader)
    except CannotShowError as error:
        log.warning("%s cannot be shown: %s", title, error.__cause__ or error)
        return Section(name, title, title, problem=str(error))


def _headline(checks: Section, broken: Section) -> tuple[str, bool | None]:
    if checks.is_well is None or broken.problem:
        return "Nothing has been checked yet", None
    both = checks.is_well and broken.is_well is not False
    if both:
        return "Every reading that came in is accounted for", True
    return (checks.title if not checks.is_well else broken.title), False


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


def days(reader: Reader) -> Section:
    """What was in the landing zone and what became of it, day by day."""
    rows = list(reversed(reader.rows("days", limit=DAYS)))
    section = partial(
        Section,
        name="days",
        heading="Landing zone against warehouse",
        lead="Rows of all objects (readings, missions, heroes) by the day on which they were taken up.",
    )
    if not rows:
        return section(title="Nothing has been loaded yet", empty=TRY_IT)
    totals = {name: sum(row[name] for row in rows) for name in ("rows_in", "rows_loaded", "rows_rejected")}
    return section(
        title=f"Of {number(totals['rows_in'])} rows in the landing zone {number(totals['rows_loaded'])} are loaded and "
        f"{number(totals['rows_rejected'])} are in quarantine",
        figure=figures.days(rows),
        note=f"The last {DAYS} days on which anything came; analytics.load_history has all of them."
        if len(rows) == DAYS
        else "",
        table=Table(
            "Landing zone and warehouse by day",
            [
                Column("Day", "instant"),
                Column("Rows in", "number"),
                Column("Loaded", "number"),
                Column("Rejected", "number"),
                Column("Objects loaded", "number"),
                Column("Objects failed", "number"),
            ],
            [
                [day(row["day"])]
                + [
                    number(row[name])
                    for name in ("rows_in", "rows_loaded", "rows_rejected", "objects_loaded", "objects_failed")
                ]
                for row in reversed(rows)
            ],
        ),
    )


def runs(reader: Reader) -> Section:
    """The last runs and whether every reading was found again."""
    rows = reader.rows("run_checks", limit=RUNS)
    section = partial(
        Section,
        name="runs",
        heading="The last runs",
        lead="What each run counted at its end: readings that came in, and where they are.",
    )
    if not rows:
        return section(title="No run has checked anything yet", empty=TRY_IT)
    lossy = [row for row in rows if not row["is_conserved"]]
    if not lossy:
        title = f"No reading was lost in the last {count(len(rows), 'run')}" if len(rows) > 1 else "No reading was lost"
    else:
        title = f"{len(lossy)} of the last {count(len(rows), 'run')} did not add up"
    if not rows[0]["is_conserved"]:
        missing = rows[0]["difference"]
        verb = "is" if abs(missing) == 1 else "are"
        title = f"{count(abs(missing), 'reading')} {verb} {'missing' if missing > 0 else 'there twice'}"
    return section(
        title=title,
        is_well=rows[0]["is_conserved"],
        note="" if rows[0]["is_conserved"] else "The error of the run's task reconcile has the remedy.",
        table=Table(
            "The last runs",
            [
                Column("Run", "key"),
                Column("Checked", "instant"),
                Column("Came in", "number"),
                Column("In the warehouse", "number"),
                Column("In quarantine", "number"),
                Column("Adds up", "verdict"),
            ],
            [
                [row["dag_run_id"], instant(row["checked_at"])]
                + [number(row[name]) for name in ("readings_in", "readings_in_facts", "readings_rejected")]
                + ["yes" if row["is_conserved"] else f"no: {row['difference']:+,}"]
                for row in rows
            ],
            is_open=True,
        ),
    )


def freshness(reader: Reader, now: datetime) -> Section:
    """How new the newest data of each dataset is, and when it was loaded."""
    rows = reader.rows("freshness")
    section = partial(
        Section, name="freshness", heading="Freshness", lead="The newest of each dataset, and when it came."
    )
    if not rows:
        return section(title="Nothing has been loaded yet", empty=TRY_IT)
    newest = {row["dataset"]: row["newest_at"] for row in rows}
    newest["biometrics"] = max((hero["last_minute"] for hero in reader.rows("heroes")), default=None)
    latest = max(row["loaded_at"] for row in rows)
    return section(
        title=f"The last object came {ago(latest, now)}",
        table=Table(
            "Freshness by dataset",
            [
                Column("Dataset"),
                Column("Newest record", "instant"),
                Column("Last loaded", "instant"),
                Column("Objects in force", "number"),
            ],
            [
                [
                    row["dataset"],
                    instant(newest[row["dataset"]]),
                    instant(row["loaded_at"]),
                    number(row["objects"]),
                ]
                for row in rows
            ],
            is_open=True,
        ),
    )


def quarantine(reader: Reader) -> Section:
    """Rows that were rejected: of which object, why, where they are kept, and what to do."""
    rows = reader.rows("quarantine", limit=OBJECTS)
    section = partial(
        Section,
        name="quarantine",
        heading="Quarantine",
        lead="Rows that could not be used. Nothing is lost: they are kept in the bucket cerebro-quarantine.",
    )
    if not rows:
        return section(title="Nothing is in quarantine", is_well=True)
    objects, rejected = rows[0]["objects_in_all"], rows[0]["rows_in_all"]
    reasons = sorted({reason for row in rows for reason in row["rejection_reasons"]})
    return section(
        title=f"{count(rejected, 'row')} of {count(objects, 'object')} in quarantine",
        note=f"The {len(rows)} objects with the most of {objects:,}; analytics.load_history has all of them."
        if objects > len(rows)
        else "",
        remedies=[(reason, remedy(reason)) for reason in reasons],
        table=Table(
            "What is in quarantine",
            [Column("Object", "key"), Column("Rejected rows", "number"), Column("Reasons"), Column("Kept as", "key")],
            [
                [
                    row["object_key"],
                    f"{number(row['rows_rejected'])} of {number(row['rows_in'])}",
                    ", ".join(f"{reason} {rows:,}" for reason, rows in sorted(row["rejection_reasons"].items())),
                    row["quarantine_key"],
                ]
                for row in rows
            ],
            is_open=True,
        ),
    )


def failed(reader: Reader) -> Section:
    """Objects that cannot be loaded at all, with their errors, which name the remedy."""
    rows = reader.rows("failed", limit=OBJECTS)
    if not rows:
        return Section("failed", "Objects that are broken", "Every object could be loaded", is_well=True)
    in_all = rows[0]["in_all"]
    return Section(
        "failed",
        "Objects that are broken",
        f"{count(in_all, 'object')} cannot be loaded; everything else is",
        lead="Each run tries them again. To give one up, remove it from the landing zone.",
        note=f"The latest {len(rows)} of {in_all:,}; analytics.load_history has all of them."
        if in_all > len(rows)
        else "",
        is_well=False,
        table=Table(
            "Objects that cannot be loaded",
            [Column("Object", "key"), Column("What is wrong, and what to do"), Column("Last tried", "instant")],
            [
                [row["object_key"], row["error"].removeprefix(f"{row['object_key']}: "), instant(row["loaded_at"])]
                for row in rows
            ],
            is_open=True,
        ),
    )
