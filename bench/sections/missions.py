"""Loads and builds of growing numbers of missions."""

from __future__ import annotations

from contextlib import ExitStack
from functools import partial

from bench import measure, missions
from bench.context import Bench
from bench.dbt import build, record, vacuum
from bench.exponents import at_most_flat, at_most_linear, cpu_points
from bench.history import History
from bench.report import Section

NAME = "missions"
TITLE = "Growth with missions"

LOAD, FIRST, NEXT = "load of all", "first dbt build", "one log more, load and dbt build"
MORE = 50

TEXT = """
So many missions, one every 12 seconds, in logs of 1,000 at most, come to a warehouse that has a day of minutes of 100
heroes. *{load}* goes from the listing to committed rows, *{first}* makes all tables from nothing; both happen once.
*{next}*: a log of {more} missions on top, in turns. dbt's start and all tests are included. *Services* is the processor
time of PostgreSQL and of the object store, *peak* the memory of the loading process, or of dbt.
"""


def run(bench: Bench) -> Section:
    """Fill a warehouse for each number of missions, then add a log to each in turns.

    Raises:
        RuntimeError: another number of missions was loaded.
    """
    runs: dict[tuple[str, int], list[measure.Measurement]] = {}
    with ExitStack() as sites:
        warehouses = {number: sites.enter_context(bench.site()) for number in bench.scale.missions}

        def build_new(number: int) -> measure.Measurement:
            site = warehouses[number]
            planned = site.plan()
            scratch = bench.scratch / f"{number}-missions"
            built = measure.measure(partial(build, site, scratch, planned), bench.watched)
            record(site, planned)
            return built

        for number, site in warehouses.items():
            History(site).add_days(1)
            missions.deliver(site, 0, number)
            loaded = measure.measure(partial(missions.load, site), bench.watched)
            if loaded.result != number:
                raise RuntimeError(f"{loaded.result} missions were loaded, not {number}")
            runs[LOAD, number], runs[FIRST, number] = [loaded], [build_new(number)]
            bench.say(f"  {number:,} missions: load {loaded.wall_s:.1f} s, build {runs[FIRST, number][0].wall_s:.1f} s")
            vacuum(site)
        for turn in range(bench.scale.repeats):
            for number in measure.in_turns(warehouses, turn):
                missions.deliver(warehouses[number], number + turn * MORE, MORE)
                loaded = measure.measure(partial(missions.load, warehouses[number]), bench.watched)
                runs.setdefault((NEXT, number), []).append(_sum(loaded, build_new(number)))
                bench.say(f"  one log more on {number:,}: {runs[NEXT, number][-1].wall_s:.1f} s")
    samples = {
        (name, number): measure.Sample(runs[name, number])
        for name in (LOAD, FIRST, NEXT)
        for number in bench.scale.missions
    }

    def of(wanted: str) -> dict[int, measure.Sample]:
        return {number: sample for (name, number), sample in samples.items() if name == wanted}

    return Section(
        NAME,
        TITLE,
        TEXT.format(load=LOAD, first=FIRST, next=NEXT, more=MORE),
        ("missions", "what", "wall s", "CPU s", "services CPU s", "peak MiB"),
        [
            (
                f"{number:,}",
                name,
                sample.text(),
                sample.text("cpu_s"),
                sample.text("services_cpu_s"),
                sample.text("peak_mib", 0),
            )
            for (name, number), sample in samples.items()
        ],
        [
            *(at_most_linear(f"missions, {name}: CPU time", cpu_points(of(name))) for name in (LOAD, FIRST)),
            at_most_flat(f"missions, {NEXT}: CPU time", cpu_points(of(NEXT))),
        ],
    )


def _sum(one: measure.Measurement, other: measure.Measurement) -> measure.Measurement:
    """Return the measurement of two tasks, one after the other."""
    return measure.Measurement(
        one.wall_s + other.wall_s,
        one.cpu_s + other.cpu_s,
        max(one.peak_mib, other.peak_mib),
        one.services_cpu_s + other.services_cpu_s,
    )
