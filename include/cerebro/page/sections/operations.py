"""How the warehouse is: what came in, what became of it, what is broken, and what to do."""

from __future__ import annotations

from datetime import datetime
from functools import partial

from include.cerebro.page import figures
from include.cerebro.page.reader import Reader
from include.cerebro.page.section import Column, Section, Table
from include.cerebro.page.sections.remedies import remedy
from include.cerebro.page.wording import TRY_IT, ago, count, day, instant, number

# As many as a person looks through; operations.load_history and operations.run_checks have all of them.
RUNS, DAYS, OBJECTS = 10, 60, 20


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
        note=f"The last {DAYS} days on which anything came; operations.load_history has all of them."
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
        title = _gap(rows[0]["difference"], "reading is", "readings are")
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
                + ["yes" if row["is_conserved"] else f"no: {_gap(row['difference'])}"]
                for row in rows
            ],
            is_open=True,
        ),
    )


def _gap(difference: int, one: str = "", more: str = "") -> str:
    """``2 missing``, ``1 reading is there twice``."""
    what = one if abs(difference) == 1 else more
    return " ".join(filter(None, [f"{abs(difference):,}", what, "missing" if difference > 0 else "there twice"]))


def freshness(reader: Reader, now: datetime) -> Section:
    """How new the newest data of each dataset is, and when it was loaded."""
    rows = reader.rows("freshness")
    section = partial(
        Section, name="freshness", heading="Freshness", lead="The newest of each dataset, and when it came."
    )
    if not rows:
        return section(title="Nothing has been loaded yet", empty=TRY_IT)
    newest = {row["dataset"]: row["newest_at"] for row in rows}
    newest["biometrics"] = max((hero["last_minute"] for hero in reader.heroes), default=None)
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
        note=f"The {len(rows)} objects with the most of {objects:,}; operations.load_history has all of them."
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
        note=f"The latest {len(rows)} of {in_all:,}; operations.load_history has all of them."
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
