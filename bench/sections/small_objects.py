"""The same readings in many small objects and in a few larger ones."""

from __future__ import annotations

from functools import partial

from bench.candidates import restore_biometrics
from bench.context import Bench
from bench.report import Section, at_most

NAME = "small_objects"
TITLE = "Many small objects"

READINGS_EACH = 2_000
FEW = 10

TEXT = """
A load of {readings:,} readings, from the listing to the committed rows. Small objects are prefetched: one request
each, many at a time. They stay in memory until they are loaded, at most 192 MiB of them. *Services* is the processor
time of PostgreSQL and of the object store together.
"""


def run(bench: Bench) -> Section:
    """Load the same readings from many objects and from ten."""
    many = bench.scale.small_objects
    readings = many * READINGS_EACH
    zones = {objects: bench.landing_zone(readings, objects) for objects in (many, FEW)}
    samples = bench.compare(
        {f"{objects:,}": partial(restore_biometrics, zone) for objects, zone in zones.items()}, prepare=bench.site
    )
    ratio = samples[f"{many:,}"].median() / samples[f"{FEW:,}"].median()
    peak = max(samples[f"{many:,}"].values("peak_mib"))
    return Section(
        NAME,
        TITLE,
        TEXT.format(readings=readings),
        ("objects", "wall s", "CPU s", "services CPU s", "peak MiB"),
        [
            (objects, s.text(), s.text("cpu_s"), s.text("services_cpu_s"), s.text("peak_mib", 0))
            for objects, s in samples.items()
        ],
        [
            at_most(f"{many:,} objects against {FEW}: wall time", ratio, 4, " times", 2),
            at_most(f"peak memory with {many:,} objects", peak, 1024, " MiB", 0),
        ],
    )
