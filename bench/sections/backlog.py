"""A backlog that drains in bounded runs, and the same objects in one load."""

from __future__ import annotations

from functools import partial

from bench.candidates import Restored, drain
from bench.context import Bench
from bench.report import Section, at_least

NAME = "backlog"
TITLE = "A backlog that drains in bounded runs"

READINGS_EACH = 2_000
RUNS = 10

TEXT = """
{waiting:,} objects of {each:,} readings wait. *One run* takes all of them. *Bounded runs* take a tenth each, one after
the other, with all that the tasks of a run do for it: the first and the last one list the landing zone, the others go
on with what the first one has left. Airflow's own time and dbt's are left out. *Services* is the processor time of
PostgreSQL and of the object store together.
"""


def run(bench: Bench) -> Section:
    """Load the same objects in one run and in ten, in turns."""
    waiting = bench.scale.waiting
    zone = bench.landing_zone(waiting * READINGS_EACH, waiting)
    tasks = {"one run": partial(drain, zone, waiting), f"{RUNS} bounded runs": partial(drain, zone, waiting // RUNS)}
    samples = bench.compare(tasks, prepare=bench.site)
    whole = Restored(waiting, waiting * READINGS_EACH)
    for name, sample in samples.items():
        if sample.results != [whole] * len(sample.results):
            raise RuntimeError(f"{name}: {sample.results} were loaded, not {whole} each time")
    once, bounded = samples.values()
    share = 100 * once.median() / bounded.median()
    return Section(
        NAME,
        TITLE,
        TEXT.format(waiting=waiting, each=READINGS_EACH),
        ("", "wall s", "CPU s", "services CPU s", "peak MiB"),
        [
            (name, s.text(), s.text("cpu_s"), s.text("services_cpu_s"), s.text("peak_mib", 0))
            for name, s in samples.items()
        ],
        [at_least("throughput of bounded runs against one run", share, 90, " %", 0)],
    )
