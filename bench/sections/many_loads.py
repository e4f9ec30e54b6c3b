"""One new object in a warehouse of very many loads and missions, and in one of a thousand."""

from __future__ import annotations

import statistics
import time
from contextlib import ExitStack
from functools import partial

from bench import measure
from bench.context import Bench
from bench.dbt import build, record, vacuum
from bench.many_loads import ManyLoads
from bench.report import Section, at_most
from include.cerebro.checking.conservation import check_conservation

NAME = "many_loads"
TITLE = "Many loads"

FEW = 1_000

TEXT = """
A warehouse of {many} objects, each with two minutes of one of 100 heroes and a load of its own, and of as many missions
in logs of 1,000, beside a warehouse of {few} of each. All are written straight into `raw`, and built once. Then one
more object of two minutes comes to each in turns: *one new object* is `dbt build` with its start and its tests, and its
processor time is that of dbt and of PostgreSQL. *Nothing new* is all checks of the warehouse in a run that has nothing
to do: the plan before dbt, and `reconcile` after it, which also counts and merges a fixed part of history again.
*State* is what the warehouse keeps for each object for ever beyond its row in the ledger, with indexes. The target
leaves out the parsed records, which have a row per mission, not per object. A million loads are written at the large
scale alone.
"""


def run(bench: Bench) -> Section:
    """Fill and build both warehouses, then add single objects to both in turns."""
    with ExitStack() as sites:
        both = [ManyLoads(sites.enter_context(bench.site()), bench.scratch / name) for name in ("few", "many")]
        fills, builds = [], []
        for warehouse, loads in zip(both, (FEW, bench.scale.loads), strict=True):
            bench.say(f"  {loads:,} loads and missions into raw ...")
            started = time.perf_counter()
            warehouse.fill(loads)
            fills.append(time.perf_counter() - started)
            bench.say(f"  {fills[-1]:.0f} s; first build ...")
            builds.append(build_new(bench, warehouse))
            bench.say(f"  first build: {builds[-1].wall_s:.0f} s")
            vacuum(warehouse.site)
        return compare(bench, both, fills, builds)


def build_new(bench: Bench, warehouse: ManyLoads) -> measure.Measurement:
    """Build what is new as a run does, and measure dbt's part."""
    planned = warehouse.site.plan()
    built = measure.measure(partial(build, warehouse.site, warehouse.scratch, planned), bench.watched)
    record(warehouse.site, planned)
    return built


def check(warehouse: ManyLoads) -> None:
    """Check what there is to transform, and that every reading is there."""
    warehouse.site.plan()
    check_conservation(warehouse.site.warehouse, "bench")


def compare(bench: Bench, both: list[ManyLoads], fills: list[float], builds: list[measure.Measurement]) -> Section:
    """Add objects to the warehouse of few loads and to that of many.

    Args:
        bench: the run of the benchmark.
        both: the warehouses, built.
        fills: the seconds of their fills.
        builds: the measurements of their first builds.
    """
    names = [f"{warehouse.loads:,} loads" for warehouse in both]
    runs: list[list[measure.Measurement]] = [[], []]
    checks: list[list[float]] = [[], []]
    for number in range(bench.scale.repeats):
        for which in measure.in_turns((0, 1), number):
            both[which].add_objects(1)
            runs[which].append(build_new(bench, both[which]))
            checks[which].append(measure.measure(partial(check, both[which])).wall_s)
            bench.say(f"  one new object among {names[which]}: {runs[which][-1].wall_s:.1f} s")
    # After the last run. The tables of what is stale are empty after a build of everything, and have the rows of one
    # object here; after a backlog they keep its size on disk until they are vacuumed.
    state = both[1].state_bytes()
    few, many = (measure.Sample(measured) for measured in runs)
    few_cpu, many_cpu = ([run.cpu_s + run.services_cpu_s for run in measured] for measured in runs)
    nothing = [measure.median_and_range(seconds, 2) for seconds in checks]
    more = many.median() - few.median()
    times = statistics.median(many_cpu) / statistics.median(few_cpu)
    rows = [
        ("written into `raw`, once: s", *(f"{fill:,.0f}" for fill in fills), ""),
        ("first build, once: wall s", *(f"{build.wall_s:,.0f}" for build in builds), ""),
        ("one new object: wall s", few.text(), many.text(), f"{more:+.1f} s"),
        (
            "one new object: CPU s",
            measure.median_and_range(few_cpu),
            measure.median_and_range(many_cpu),
            f"{times:.2f} times",
        ),
        ("nothing new: s", *nothing, ""),
        *(
            (f"state in `{one.relation}`: bytes an object", "", f"{one.bytes_a_load:,.0f}", "")
            for one in state
            if one.bytes_a_load >= 1
        ),
    ]
    return Section(
        NAME,
        TITLE,
        TEXT.format(many=f"{bench.scale.loads:,}", few=f"{FEW:,}"),
        ("", *names, ""),
        rows,
        [
            at_most(f"one new object among {names[1]}: more wall time than among {names[0]}", more, 10, " s"),
            at_most(f"one new object among {names[1]}: CPU time against {names[0]}", times, 1.5, " times", 2),
            at_most(f"nothing new among {names[1]}: all checks", statistics.median(checks[1]), 1, " s", 2),
            at_most(
                f"state an object, among {names[1]}",
                sum(one.bytes_a_load for one in state if not one.is_of_records),
                100,
                " bytes",
                0,
            ),
        ],
    )
