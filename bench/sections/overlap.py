"""What it costs to find objects that deliver the same readings."""

from __future__ import annotations

import statistics
from functools import partial

from bench.candidates import Candidate, restore_biometrics
from bench.context import Bench, objects_for
from bench.measure import Sample, median_and_range
from bench.overlap import restore_and_search, restore_without_seconds
from bench.report import Section, at_most

NAME = "overlap"
TITLE = "Detection of overlaps"

WITHOUT, SHIPPED, SEARCHED = "load without the seconds", "load", "load, then the search"

# The difference is a few hundredths: more runs than those of other sections.
REPEATS = 5

TEXT = """
A load notes the seconds of each minute in which the object has a reading, a bit each. A run then searches for objects
that have readings of the same hero in the same second. {readings:,} readings in {objects} objects, from the listing to
committed rows: as it is, with an aggregation that does not note the seconds, and with the search after it. Neighbouring
objects share hours, so the search reads minutes of most of them. The processor time is that of the load, and that of
PostgreSQL and of the object store. With the search it is {ratio:.2f} times that of a load without the seconds.
"""


def run(bench: Bench) -> Section:
    """Load the smallest size with and without the seconds, in turns."""
    readings = bench.scale.readings[0]
    objects = objects_for(readings)
    zone = bench.landing_zone(readings, objects)
    candidates: dict[str, Candidate] = {
        WITHOUT: partial(restore_without_seconds, zone),
        SHIPPED: partial(restore_biometrics, zone),
        SEARCHED: partial(restore_and_search, zone),
    }
    samples = bench.compare(candidates, REPEATS, bench.site)
    times = {name: _processor_times(sample) for name, sample in samples.items()}
    medians = {name: statistics.median(its_times) for name, its_times in times.items()}
    return Section(
        NAME,
        TITLE,
        TEXT.format(readings=readings, objects=objects, ratio=medians[SEARCHED] / medians[WITHOUT]),
        ("way", "CPU s in all", "of the load", "of services", "wall s"),
        [
            (
                name,
                median_and_range(times[name], 2),
                sample.text("cpu_s", 2),
                sample.text("services_cpu_s", 2),
                sample.text(digits=2),
            )
            for name, sample in samples.items()
        ],
        [
            at_most(
                "load with the seconds against one without them: CPU time",
                medians[SHIPPED] / medians[WITHOUT],
                1.1,
                " times",
                2,
            )
        ],
    )


def _processor_times(sample: Sample) -> list[float]:
    """Return the processor seconds of each run, those of the services included."""
    return [run.cpu_s + run.services_cpu_s for run in sample.runs]
