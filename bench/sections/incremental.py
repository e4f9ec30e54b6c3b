"""Runs over a landing zone with no new object or with one."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from itertools import count
from pathlib import Path

from bench.candidates import restore_biometrics
from bench.context import Bench
from bench.landing import copy_landing_zone, write_readings
from bench.measure import Measurement, Sample
from bench.report import Section, at_most
from testing.sites import Site

NAME = "incremental"
TITLE = "Nothing new, little new"

READINGS_EACH = 100
NEW_READINGS = 100_000

TEXT = """
The work of the tasks `discover` and `biometrics` when the ledger has all objects, and when there is one new object of
100,000 readings.
"""


def run(bench: Bench) -> Section:
    """Load a landing zone of many objects, then again without and with a new object."""
    objects = bench.scale.objects
    zone = bench.landing_zone(objects * READINGS_EACH, objects)
    nothing, little = f"nothing new among {objects:,}", f"one new among {objects:,}"
    with bench.site() as site:
        folder = Path(bench.services["CEREBRO_STATE_DIR"]) / "s3"
        copy_landing_zone(folder / zone, folder / site.bucket)
        bench.list_once(site.bucket)
        bench.say(f"Loading {objects:,} objects for the first time ...")
        first = bench.compare({"all new": partial(restore_biometrics, site.bucket)}, 1, lambda: _same(site))
        (restored,) = first["all new"].results
        if restored.objects != objects:
            raise RuntimeError(f"all new: {restored.objects} objects were loaded, not {objects}")
        task = partial(restore_biometrics, site.bucket)
        first_readings = count(step=NEW_READINGS)
        prepare = {nothing: lambda: _same(site), little: lambda: _with_one_more(bench, site, next(first_readings))}
        runs: dict[str, list[Measurement]] = {nothing: [], little: []}
        for _ in range(bench.scale.repeats):
            for name in runs:
                runs[name] += bench.compare({name: task}, 1, prepare[name])[name].runs
        samples = {name: Sample(measured) for name, measured in runs.items()}
    expected = {nothing: 0, little: 1}
    for name, sample in samples.items():
        if any(result.objects != expected[name] for result in sample.results):
            loaded = [result.objects for result in sample.results]
            raise RuntimeError(f"{name}: {loaded} objects were loaded, not {expected[name]} in every run")
    more = samples[little].median() - samples[nothing].median()
    return Section(
        NAME,
        TITLE,
        TEXT,
        ("run", "wall s", "CPU s", "peak MiB"),
        [
            (name, sample.text(digits=2), sample.text("cpu_s", 2), sample.text("peak_mib", 0))
            for name, sample in (first | samples).items()
        ],
        [
            at_most(f"nothing new among {objects:,} objects", samples[nothing].median(), 3, " s", 2),
            at_most("one new object: extra wall time", more, 2, " s", 2),
        ],
    )


@contextmanager
def _same(site: Site) -> Iterator[Site]:
    """Leave the site as it is."""
    yield site


@contextmanager
def _with_one_more(bench: Bench, site: Site, first: int) -> Iterator[Site]:
    """Put one new object into the landing zone, from this reading on: equal bytes would be a duplicate."""
    path = bench.scratch / "new.parquet"
    write_readings(path, first, first + NEW_READINGS)
    key = f"biometrics/new-{time.time_ns()}.parquet"
    site.client.put_object(Bucket=site.bucket, Key=key, Body=path.read_bytes())
    yield site
