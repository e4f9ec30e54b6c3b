"""One load shared by several workers."""

from __future__ import annotations

from functools import partial

from bench.candidates import restore_by_workers
from bench.context import Bench, objects_for
from bench.report import Section

NAME = "workers"
TITLE = "Workers"

TEXT = """
One load of about eight batches, shared by one worker process and by two. Two cores gain little: DuckDB uses all cores
already, and PostgreSQL and the object store need some, too. Workers on other machines bring cores of their own. They
share nothing but PostgreSQL and the object store.
"""


def run(bench: Bench) -> Section:
    """Load with one worker and with two."""
    # The largest load would take three minutes more at the default scale.
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
