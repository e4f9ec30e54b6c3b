"""dbt's models compared with SQL written by hand that makes the same tables from the same rows."""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from functools import partial

from bench import handwritten, measure
from bench.context import Bench
from bench.dbt import BUILT, Built, build, empty, record, vacuum
from bench.history import HEROES, History
from bench.report import Section, at_most

NAME = "handwritten"
TITLE = "dbt against hand-written SQL"

DBT, BY_HAND = "dbt", "by hand"

TEXT = """
{days} days of {heroes} heroes in `raw`, a row a minute and 24 missions a day, are made into dimensions, bridge, fact,
big table and rankings: by `dbt build` with all its tests, and by the statements in `bench/sql/handwritten`, one after
the other in one connection. They write the same rows into monthly partitions and add the same keys, checks and indexes,
which the section checks, but they know only whole rebuilds and whole days. *One more day* is added to both. dbt's start
is left out: its seconds count from the start of the first model to the end of the last test, as `run_results.json` has
them. The check `reconcile`, which follows in a run and recounts a fixed part of history, is left out.
"""

Runs = Mapping[str, list[measure.Measurement]]


def run(bench: Bench) -> Section:
    """Build the same history from nothing and add days to it, in turns by both."""
    days = bench.scale.build_days
    with bench.site() as site:
        history = History(site)
        bench.say(f"  {days} days of {HEROES} heroes into raw ...")
        history.add_days(days)
        vacuum(site)
        builds: Runs = {DBT: [], BY_HAND: []}
        for number in range(bench.scale.repeats):
            for way in measure.in_turns(builds, number):
                if way == DBT:
                    empty(site, *BUILT)
                _measure(bench, history, builds, way, partial(handwritten.build, site))
        handwritten.check_equal(site)
        more: Runs = {DBT: [], BY_HAND: []}
        for number in range(bench.scale.repeats):
            history.add_days(1)
            for way in measure.in_turns(more, number):
                _measure(bench, history, more, way, partial(handwritten.add_day, history.last_day(), site))
        handwritten.check_equal(site)
    rows, times = [], []
    for title, runs in ((f"{days} days from nothing", builds), ("one more day", more)):
        built = [_built(one) for one in runs[DBT]]
        seconds = {DBT: [one.work_seconds for one in built], BY_HAND: measure.Sample(runs[BY_HAND]).values()}
        starts = [one.seconds - one.work_seconds for one in built]
        cpu = {way: measure.Sample(runs[way]).values("services_cpu_s") for way in runs}
        times.append(_times(seconds))
        rows += [
            (f"{title}: s", *map(measure.median_and_range, seconds.values()), f"{times[-1]:.2f}"),
            (f"{title}: PostgreSQL's CPU s", *map(measure.median_and_range, cpu.values()), f"{_times(cpu):.2f}"),
            (f"{title}: dbt's start s", measure.median_and_range(starts), "", ""),
        ]
    return Section(
        NAME,
        TITLE,
        TEXT.format(days=days, heroes=HEROES),
        ("", DBT, BY_HAND, "times"),
        rows,
        [
            at_most(f"{days} days from nothing: dbt against hand-written SQL", times[0], 1.3, " times", 2),
            at_most(f"one more day on {days}: dbt against hand-written SQL", times[1], 1.5, " times", 2),
        ],
    )


def _measure(bench: Bench, history: History, runs: Runs, way: str, by_hand: partial[None]) -> None:
    """Run one way and append its measurement to its runs."""
    if way == DBT:
        planned = history.site.plan()
        runs[way].append(measure.measure(partial(build, history.site, bench.scratch, planned), bench.watched))
        record(history.site, planned)
    else:
        runs[way].append(measure.measure(by_hand, bench.watched))
    bench.say(f"  {way}: {runs[way][-1].wall_s:.1f} s")


def _built(measured: measure.Measurement) -> Built:
    """Return what dbt took in a measured run."""
    built: Built = measured.result
    return built


def _times(values: Mapping[str, Sequence[float]]) -> float:
    """Return the ratio of dbt's median to that of the SQL written by hand."""
    return statistics.median(values[DBT]) / statistics.median(values[BY_HAND])
