"""The batches of one load shared by several workers."""

from __future__ import annotations

from functools import partial

from bench.candidates import restore_by_workers
from bench.context import Bench, objects_for
from bench.report import Section

NAME = "workers"
TITLE = "Workers"

TEXT = """
One load as eight batches or so, each a task in a process of its own, one at a time and two at a time. With two cores
there is little to win: DuckDB uses all cores already, and PostgreSQL and the object store want some, too. Workers on
other machines bring cores of their own; nothing but PostgreSQL and the object store is shared.
"""


def run(bench: Bench) -> Section:
    """Load with one worker and with two."""
    # At the default scale not the larger load: three minutes more.
    readings = bench.scale.readings[-2]
    zone = bench.landing_zone(readings, objects_for(readings))
    samples = bench.compare(
        {
            "1 worker": partial(restore_by_workers, zone, 1),
            "2 workers": partial(restore_by_workers, zone, 2),
        },
        prepare=bench.site,
    )
    rows = [(name, sample.text(), sample.text("cpu_s"), sample.text("peak_mib", 0)) for name, sample in samples.items()]
    return Section(NAME, TITLE, TEXT, (f"{readings / 1e6:g} M readings", "wall s", "CPU s", "peak MiB"), rows)
