"""The same delivery of few heroes and of many."""

from __future__ import annotations

from contextlib import ExitStack
from functools import partial

from bench import measure
from bench.context import Bench
from bench.dbt import build, record, vacuum
from bench.heroes import READINGS_A_MINUTE, Heroes, load
from bench.report import Section, at_most

NAME = "heroes"
TITLE = "Heroes"

HEROES = (10, 100, 1_000, 10_000)
FEW = 100
LOAD, BUILD, LATE = "load", "dbt build", "dbt build, late minutes"
LATE_HEROES = 10

TEXT = """
A delivery of {rows:,} hero-minutes of {each} readings, in one object: {hours:g} hours of {most:,} heroes, or as many
minutes of fewer heroes for longer. Each number of heroes has a warehouse that holds one delivery already; the next ones
come in turns. *load* goes from the listing to committed rows; *dbt build* makes dimensions, fact and big table of them,
with its start and all tests. There are no missions. The number of rows is always the same. The targets compare
processor time: that of the load with PostgreSQL and the object store, and that of PostgreSQL during the build, because
dbt's own, mostly its start, is the same for any number of rows. *Late minutes*: one more minute of {late} heroes comes
to the first hour, after all others. *Peak* is the memory of the loading process, or of dbt.
"""


def run(bench: Bench) -> Section:
    """Deliver to all warehouses in turns.

    Raises:
        RuntimeError: a load did not load the delivery.
    """
    rows = bench.scale.hero_minutes
    with ExitStack() as sites:
        warehouses = [
            Heroes(sites.enter_context(bench.site()), bench.scratch / f"{heroes}-heroes", heroes) for heroes in HEROES
        ]
        runs: dict[tuple[int, str], list[measure.Measurement]] = {}
        for number in range(bench.scale.repeats + 1):
            for warehouse in measure.in_turns(warehouses, number):
                warehouse.deliver(rows)
                for name, measured in zip((LOAD, BUILD), _restore(bench, warehouse), strict=True):
                    if number:  # The first delivery comes to an empty warehouse.
                        runs.setdefault((warehouse.heroes, name), []).append(measured)
                    bench.say(f"  {warehouse.heroes:,} heroes, delivery {number}: {name} {measured.wall_s:.1f} s")
                vacuum(warehouse.site)
        for number in range(bench.scale.repeats):
            for warehouse in measure.in_turns(warehouses, number):
                warehouse.deliver_late(LATE_HEROES)
                _, late = _restore(bench, warehouse)
                runs.setdefault((warehouse.heroes, LATE), []).append(late)
                bench.say(f"  {warehouse.heroes:,} heroes, late minutes {number}: {late.wall_s:.1f} s")
    if {run.result.readings for heroes in HEROES for run in runs[heroes, LOAD]} != {rows * READINGS_A_MINUTE}:
        raise RuntimeError("A load did not load all readings of a delivery")
    samples = {key: measure.Sample(runs[key]) for name in (LOAD, BUILD, LATE) for key in [(h, name) for h in HEROES]}
    most = HEROES[-1]
    claim = f"a delivery of {most:,} heroes against {FEW}: CPU time per row"
    return Section(
        NAME,
        TITLE,
        TEXT.format(rows=rows, each=READINGS_A_MINUTE, hours=rows / most / 60, most=most, late=LATE_HEROES),
        ("heroes", "what", "wall s", "CPU s", "services CPU s", "peak MiB"),
        [
            (
                f"{heroes:,}",
                name,
                sample.text(),
                sample.text("cpu_s"),
                sample.text("services_cpu_s"),
                sample.text("peak_mib", 0),
            )
            for (heroes, name), sample in samples.items()
        ],
        [
            at_most(f"{claim}, load", _cpu_s(samples[most, LOAD]) / _cpu_s(samples[FEW, LOAD]), 1.3, " times", 2),
            at_most(
                f"{claim}, PostgreSQL during dbt build",
                samples[most, BUILD].median("services_cpu_s") / samples[FEW, BUILD].median("services_cpu_s"),
                1.3,
                " times",
                2,
            ),
        ],
    )


def _restore(bench: Bench, warehouse: Heroes) -> tuple[measure.Measurement, measure.Measurement]:
    """Load the delivery, then build what is new as a run does; measure both."""
    loaded = measure.measure(partial(load, warehouse.site), bench.watched)
    planned = warehouse.site.plan()
    built = measure.measure(partial(build, warehouse.site, warehouse.scratch, planned), bench.watched)
    record(warehouse.site, planned)
    return loaded, built


def _cpu_s(sample: measure.Sample) -> float:
    """Return the processor seconds, those of the services included."""
    return sample.median("cpu_s") + sample.median("services_cpu_s")
