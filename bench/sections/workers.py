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
STORE = Network(delay_s=0.01, bytes_per_s=2e6)
DATABASE = Network(delay_s=0.0005, bytes_per_s=2e6)

TEXT = """
{readings:,} readings in {batches} batches are shared by worker processes, as the mapped tasks of a run are. A proxy
slows the network down, so that workers wait instead of sharing two cores: each worker has a link of {store:g} MB/s to
the object store, {away:.0f} ms there and back, and all of them together have one of {database:g} MB/s to PostgreSQL.
The time counts from the start of the first batch to the end of the last one. *Copied* is what went to PostgreSQL,
{copied:.1f} MiB in all: {row:.0f} bytes for each of {rows:,} rows, the ledger included.

**COPY is full at {full:.1f} workers here**: one worker uses {share:.0%} of the link to PostgreSQL, and the workers
beyond load nothing sooner. Behind a faster network its processor is what fills: PostgreSQL used {postgres:.2f} s of
it, so one of its cores takes {rate:,.0f} rows a second in batches of {batch:,.0f} rows, whose transactions and ledger
are part of it.
"""


def run(bench: Bench) -> Section:
    """Load the smallest size by each number of workers.

    Raises:
        RuntimeError: the workers loaded another number of readings.
    """
    readings = bench.scale.readings[0]
    zone = bench.landing_zone(readings, OBJECTS)
    folder = bench.services["CEREBRO_STATE_DIR"]
    samples = bench.compare(
        {str(n): partial(load_by_workers, zone, n, BATCHES, STORE, DATABASE, folder) for n in WORKERS},
        prepare=bench.site,
    )
    shared: dict[int, list[Shared]] = {n: samples[str(n)].results for n in WORKERS}
    if {one.readings for runs in shared.values() for one in runs} != {readings}:
        raise RuntimeError("The workers did not load all readings, or some twice")
    seconds = {n: [one.seconds for one in runs] for n, runs in shared.items()}
    medians = {n: statistics.median(its) for n, its in seconds.items()}
    copied = statistics.median(one.copied_bytes for one in shared[1])
    rows = shared[1][0].rows
    postgres = statistics.median(one.postgres_cpu_s for one in shared[1])
    shares = {n: copied / DATABASE.bytes_per_s / median for n, median in medians.items()}
    full = 1 / shares[1]
    table = [
        (
            str(n),
            median_and_range(seconds[n]),
            f"{medians[1] / medians[n]:.2f}",
            f"{copied / MIB / medians[n]:.2f}",
            f"{shares[n]:.0%}",
            samples[str(n)].text("cpu_s"),
            samples[str(n)].text("peak_mib", 0),
        )
        for n in WORKERS
    ]
    text = TEXT.format(
        readings=readings,
        batches=BATCHES,
        store=STORE.bytes_per_s / 1e6,
        away=2000 * STORE.delay_s,
        database=DATABASE.bytes_per_s / 1e6,
        copied=copied / MIB,
        row=copied / rows,
        rows=rows,
        full=full,
        share=shares[1],
        postgres=postgres,
        rate=rows / postgres,
        batch=rows / BATCHES,
    )
    headers = ("workers", "wall s", "times as fast", "copied MiB/s", "of the link", "CPU s", "peak MiB")
    linear, most = max(n for n in WORKERS if n <= full), WORKERS[-1]
    targets = [
        at_least(f"{linear} workers against one: speed", medians[1] / medians[linear], 0.85 * linear, " times", 2),
        at_least(f"{most} workers: share of the link to PostgreSQL in use", 100 * shares[most], 85, " %", 0),
    ]
    return Section(NAME, TITLE, text, headers, table, targets)
