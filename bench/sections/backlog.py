"""A backlog that drains in bounded runs, and the same objects in one run."""

from __future__ import annotations

from functools import partial

from bench.candidates import Restored, drain
from bench.context import Bench
from bench.measure import Sample
from bench.report import Section, at_least
from include.cerebro.platform.settings import Settings

NAME = "backlog"
TITLE = "A backlog that drains in bounded runs"

READINGS_EACH = 2_000

TEXT = """
{waiting:,} objects of {each:,} readings wait. *One run* takes all of them, as one does by default, which takes
{default:,}. *Bounded runs* take {bound:,} each, one after the other, with all that the tasks of a run do for it: the
first one lists the landing zone, the others go on with what it has left. Airflow's own time and dbt's are left out.
*Services* is the processor time of PostgreSQL and of the object store together.
"""


def run(bench: Bench) -> Section:
    """Load the same objects in one run and in several, in turns."""
    waiting, settings = bench.scale.waiting, Settings()
    # As many as one load task takes: the smallest run that is not made of small ones.
    bound = min(settings.batch_objects, waiting // 4)
    zone = bench.landing_zone(waiting * READINGS_EACH, waiting)
    tasks = {"one run": partial(drain, zone, waiting), f"{waiting // bound} runs": partial(drain, zone, bound)}
    samples = bench.compare(tasks, prepare=bench.site)
    whole = Restored(waiting, waiting * READINGS_EACH)
    for name, sample in samples.items():
        if sample.results != [whole] * len(sample.results):
            raise RuntimeError(f"{name}: {sample.results} were loaded, not {whole} each time")
    once, bounded = samples.values()
    return Section(
        NAME,
        TITLE,
        TEXT.format(waiting=waiting, each=READINGS_EACH, default=settings.run_objects, bound=bound),
        ("", "wall s", "CPU s", "services CPU s", "peak MiB"),
        [
            (name, s.text(), s.text("cpu_s"), s.text("services_cpu_s"), s.text("peak_mib", 0))
            for name, s in samples.items()
        ],
        [
            at_least("throughput of bounded runs against one", 100 * once.median() / bounded.median(), 90, " %", 0),
            at_least("... by processor time", 100 * processor_time(once) / processor_time(bounded), 90, " %", 0),
        ],
    )


def processor_time(sample: Sample) -> float:
    """Return the processor seconds of the load and of the services together."""
    return sample.median("cpu_s") + sample.median("services_cpu_s")
