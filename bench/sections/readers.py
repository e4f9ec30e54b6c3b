"""How long readers of marts and analytics wait while dbt builds."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from functools import partial

from bench import measure
from bench.context import Bench
from bench.dbt import rebuild, transform, vacuum
from bench.history import HEROES, SQL, History
from bench.readers import waits_during
from bench.report import Section, at_most

NAME = "readers"
TITLE = "Readers during a build"

DIMENSION = "marts.dim_heroes"
NOTHING, INCREMENTAL, REBUILD = "nothing", "one more day", "`--full-refresh`"
QUIET_SECONDS = 5
LIMIT_MS = 200

TEXT = """
An analyst reads one hero again and again by its key from the dimension, and an hour of it from the fact table and from
the big table, each in a connection of its own: while nothing runs, during an incremental run that adds a day to {days}
days of {heroes} heroes, and during `dbt build --full-refresh`. Each of them runs {repeats} times. The machine is busy
with the build, so the median rises, too; the longest wait is what a lock would show.
"""


def run(bench: Bench) -> Section:
    """Build a history, then read it while nothing runs, during incremental runs and during rebuilds."""
    days, repeats = bench.scale.build_days, bench.scale.repeats
    with bench.site() as site:
        history = History(site)
        bench.say(f"  {days} days of {HEROES} heroes into raw ...")
        history.add_days(days)
        vacuum(site)
        transform(site, bench.scratch)
        queries = history.lookups() | {DIMENSION: (SQL / "lookup_hero.sql").read_text()}
        # dbt runs in a process of its own, as it does for Airflow.
        tasks: dict[str, Callable[[], object]] = {
            NOTHING: partial(time.sleep, QUIET_SECONDS),
            INCREMENTAL: partial(measure.measure, partial(transform, site, bench.scratch)),
            REBUILD: partial(measure.measure, partial(rebuild, site, bench.scratch)),
        }
        waits: dict[tuple[str, str], list[float]] = {}
        for during in tasks:
            for _ in range(repeats):
                if during == INCREMENTAL:
                    history.add_days(1)
                for table, seconds in waits_during(tasks[during], site, queries).items():
                    waits.setdefault((during, table), []).extend(1000 * each for each in seconds)
            longest = max(max(ms) for (when, _), ms in waits.items() if when == during)
            bench.say(f"  during {during}: longest wait {longest:.0f} ms")
    return Section(
        NAME,
        TITLE,
        TEXT.format(days=days, heroes=HEROES, repeats=repeats),
        ("during", "table", "queries", "median ms", "longest ms"),
        [
            (during, f"`{table}`", f"{len(ms):,}", f"{statistics.median(ms):.1f}", f"{max(ms):,.0f}")
            for (during, table), ms in waits.items()
        ],
        [
            at_most(f"longest wait for `{table}` during {during}", max(ms), LIMIT_MS, " ms", 0)
            for (during, table), ms in waits.items()
            if during != NOTHING
        ],
    )
