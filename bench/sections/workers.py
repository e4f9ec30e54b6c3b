"""One load shared by several workers that wait for a slow store and a slow warehouse."""

from __future__ import annotations

import statistics
from functools import partial

from bench.context import Bench
from bench.measure import MIB, median_and_range
from bench.report import Section, at_least
from bench.slow_network import Network
from bench.workers import Shared, load_by_workers

NAME = "workers"
TITLE = "Workers"

WORKERS = (1, 2, 4, 8)
OBJECTS, BATCHES = 64, 16
# Slow enough that two cores are not what eight workers wait for.
STORE = Network(delay_s=0.01, bytes_per_s=1.25e6)
DATABASE = Network(delay_s=0.0005, bytes_per_s=1.25e6)

TEXT = """
{readings:,} readings in {batches} batches are shared by worker processes, as the mapped tasks of a run are. A proxy
slows the network down, so that workers wait instead of sharing two cores: each worker has a link of {store:g} MB/s to
the object store, {away:.0f} ms there and back, and all of them together have one of {database:g} MB/s to PostgreSQL.
The time counts from the start of the first batch to the end of the last one. *Copied* is what went to PostgreSQL,
{copied:.1f} MiB in all: {row:.0f} bytes a row, the ledger included. One worker uses {share:.0%} of that link, so
{full:.1f} workers fill it. More of them load nothing sooner.
"""


def run(bench: Bench) -> Section:
    """Load the smallest size by each number of workers."""
    readings = bench.scale.readings[0]
    zone = bench.landing_zone(readings, OBJECTS)
    samples = bench.compare(
        {str(n): partial(load_by_workers, zone, n, BATCHES, STORE, DATABASE) for n in WORKERS}, prepare=bench.site
    )
    shared: dict[int, list[Shared]] = {n: samples[str(n)].results for n in WORKERS}
    if {one.readings for runs in shared.values() for one in runs} != {readings}:
        raise RuntimeError("The workers did not load all readings, or some twice")
    seconds = {n: [one.seconds for one in runs] for n, runs in shared.items()}
    medians = {n: statistics.median(its) for n, its in seconds.items()}
    copied = statistics.median(one.copied_bytes for one in shared[1])
    shares = {n: copied / DATABASE.bytes_per_s / median for n, median in medians.items()}
    full = 1 / shares[1]
    rows = [
        (
            str(n),
            median_and_range(seconds[n]),
            f"{medians[1] / medians[n]:.2f}",
            f"{copied / MIB / medians[n]:.2f}",
            f"{shares[n]:.0%}",
            samples[str(n)].text("cpu_s"),
        )
        for n in WORKERS
    ]
    linear = max(n for n in WORKERS if n <= full)
    text = TEXT.format(
        readings=readings,
        batches=BATCHES,
        store=STORE.bytes_per_s / 1e6,
        away=2000 * STORE.delay_s,
        database=DATABASE.bytes_per_s / 1e6,
        copied=copied / MIB,
        row=copied / (readings / 60),
        share=shares[1],
        full=full,
    )
    headers = ("workers", "wall s", "times as fast", "copied MiB/s", "of the link", "CPU s")
    most = WORKERS[-1]
    targets = [
        at_least(f"{linear} workers against one: speed", medians[1] / medians[linear], 0.85 * linear, " times", 2),
        at_least(f"{most} workers: share of the link to PostgreSQL in use", 100 * shares[most], 85, " %", 0),
    ]
    return Section(NAME, TITLE, text, headers, rows, targets)
