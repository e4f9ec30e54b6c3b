"""Where the processor time of a load goes."""

from __future__ import annotations

import statistics
from functools import partial

from bench.candidates import Candidate
from bench.context import Bench, objects_for
from bench.load_profile import LEFT_OUT, aggregate_alone, plain_alone, profiled_load
from bench.measure import median_and_range
from bench.report import Section

NAME = "load_profile"
TITLE = "Where the time of a load goes"

LOAD, PLAIN, SHIPPED = "load", "plain aggregation", "aggregation"
# The differences are hundredths.
REPEATS = 5

TEXT = """
{readings:,} readings, with one thread of DuckDB, so that each phase has its own processor time. Above: the phases of
one load after the listing. Phases of less than 1% are left out. Below: the aggregation alone, as it is, with single
expressions left out, and without any rule (*plain*). With all cores the phases overlap: PostgreSQL takes a part while
DuckDB aggregates the next one.

A load is not at 1.25 times *plain* for two reasons. The aggregation takes {times:.2f} times as much, because it checks
each measure and notes the seconds and what is invalid. And {rest:.0%} of a load's own processor time is none of
the aggregation: totals, judging, export, COPY and the ledger, which *plain* does not have.
"""


def run(bench: Bench) -> Section:
    """Profile loads of the smallest size, and aggregate with and without single expressions in turns."""
    readings = bench.scale.readings[0]
    zone = bench.landing_zone(readings, objects_for(readings))
    loads = bench.compare({LOAD: partial(profiled_load, zone)}, REPEATS, bench.site)[LOAD]
    candidates: dict[str, Candidate] = {
        SHIPPED: partial(aggregate_alone, zone, None),
        **{f"{SHIPPED} without {name}": partial(aggregate_alone, zone, name) for name in LEFT_OUT},
        PLAIN: partial(plain_alone, zone),
    }
    with bench.site() as site:
        samples = bench.compare({name: partial(task, site) for name, task in candidates.items()}, REPEATS)
    phases = {name: [run[name] for run in loads.results] for name in loads.results[0]}
    medians = {name: statistics.median(seconds) for name, seconds in phases.items()}
    whole = sum(medians.values())
    shown = sorted((name for name in phases if medians[name] >= 0.01 * whole), key=lambda name: -medians[name])
    shipped, plain = samples[SHIPPED].median("cpu_s"), samples[PLAIN].median("cpu_s")
    rows = [
        (LOAD, median_and_range([sum(run.values()) for run in loads.results], 2), ""),
        *((f"of it {name}", median_and_range(phases[name], 3), f"{medians[name] / whole:.0%}") for name in shown),
        *((name, s.text("cpu_s", 2), f"{s.median('cpu_s') / shipped:.0%}") for name, s in samples.items()),
    ]
    return Section(
        NAME,
        TITLE,
        TEXT.format(readings=readings, times=shipped / plain, rest=1 - medians["statement `aggregate`"] / whole),
        ("", "CPU s", "share"),
        rows,
    )
