"""Memory and speed of loads of growing sizes."""

from __future__ import annotations

from functools import partial

from bench.candidates import restore_biometrics
from bench.context import Bench, objects_for
from bench.exponents import at_most_flat, at_most_linear, cpu_points
from bench.measure import Sample
from bench.report import Section, at_most

NAME = "flatness"
TITLE = "Flatness"

TEXT = """
The same load at growing sizes. One process loads all batches, one after the other. This is harder than in Airflow,
where each batch is a task with a process of its own.
"""


def run(bench: Bench) -> Section:
    """Load each size; the largest size of the large scale once."""
    rows, samples = [], dict[int, Sample]()
    for readings in bench.scale.readings:
        zone = bench.landing_zone(readings, objects_for(readings))
        name = f"{readings / 1e6:g} M"
        sample = bench.loads.get(readings)
        if sample is None:
            # 500 million readings take minutes, and their range says little.
            repeats = 1 if readings > 100_000_000 else None
            sample = bench.compare({name: partial(restore_biometrics, zone)}, repeats, bench.site)[name]
        samples[readings] = sample
        per_million = [seconds / readings * 1e6 for seconds in sample.values()]
        rows.append(
            (
                name,
                sample.text(),
                f"{min(per_million):.3f}–{max(per_million):.3f}",
                sample.text("cpu_s"),
                sample.text("services_cpu_s"),
                sample.text("peak_mib", 0),
            )
        )
    largest, before = bench.scale.readings[-1], bench.scale.readings[-2]
    peaks = {readings: max(sample.values("peak_mib")) for readings, sample in samples.items()}
    targets = [
        at_most_linear("readings, load: CPU time", cpu_points(samples)),
        at_most_flat("readings, load: peak memory", sorted(peaks.items())),
        at_most("peak memory of a load, at any size", max(peaks.values()), 300, " MiB", 0),
        at_most(
            f"peak memory at {largest / 1e6:g} M against {before / 1e6:g} M",
            peaks[largest] / peaks[before],
            # Memory may grow with the readings up to 50 million. Above, it may hardly grow.
            1.3 if before >= 50_000_000 else 2.0,
            " times",
            2,
        ),
    ]
    headers = ("readings", "wall s", "s per million readings", "CPU s", "services CPU s", "peak MiB")
    return Section(NAME, TITLE, TEXT, headers, rows, targets)
