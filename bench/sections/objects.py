"""Loads, listings and arrivals with growing numbers of objects."""

from __future__ import annotations

from contextlib import ExitStack
from functools import partial

from bench.candidates import restore_biometrics
from bench.context import Bench
from bench.dbt import vacuum
from bench.exponents import at_most_flat, at_most_linear, cpu_points
from bench.many_loads import ManyLoads
from bench.measure import Sample
from bench.report import Section
from bench.sections.discovery import KEY, compare_all, find

NAME = "objects"
TITLE = "Growth with objects"

LOAD, ALL, ONE = "load of the same readings", "all known, compared", "one arrival among them"

TEXT = """
*{load}*: {readings:,} readings in so many new objects, from the listing to committed rows. *{all}*: a listing of that
many objects, which the ledger knows, is compared with it; the listing's own requests are left out. *{one}*: the work of
the task `discover` of a run that an arrival has started. *Services* is the processor time of PostgreSQL and of the
object store.
"""


def run(bench: Bench) -> Section:
    """Load the same readings from more and more objects, then fill more and more of a ledger.

    Raises:
        RuntimeError: another number of objects was new.
    """
    loaded, known = bench.scale.new_objects, bench.scale.known_objects
    readings = 200 * loaded[-1]
    zones = {objects: bench.landing_zone(readings, objects) for objects in loaded}
    loads = bench.compare(
        {f"{objects:,}": partial(restore_biometrics, zone) for objects, zone in zones.items()}, prepare=bench.site
    )
    samples: dict[tuple[str, str], Sample] = {(LOAD, objects): sample for objects, sample in loads.items()}
    with ExitStack() as sites:
        tasks = {}
        for objects in known:
            many = ManyLoads(sites.enter_context(bench.site()), bench.scratch)
            bench.say(f"  {objects:,} loads into raw ...")
            many.add_objects(objects)
            vacuum(many.site)
            # A run has listed the landing zone: only what arrives since is new.
            find(many.site, None)
            many.site.client.put_object(Bucket=many.site.bucket, Key=KEY, Body=b"x")
            tasks[f"{objects:,}"] = many.site, objects
        for name, found in ((ALL, 0), (ONE, 1)):
            candidates = {
                size: partial(compare_all, objects, site) if name == ALL else partial(find, site, [KEY])
                for size, (site, objects) in tasks.items()
            }
            for size, sample in bench.compare(candidates).items():
                if set(sample.results) != {found}:
                    raise RuntimeError(f"{name}, {size}: {sample.results} objects were new, not {found} each time")
                samples[name, size] = sample

    def of(wanted: str) -> dict[int, Sample]:
        return {int(size.replace(",", "")): sample for (name, size), sample in samples.items() if name == wanted}

    return Section(
        NAME,
        TITLE,
        TEXT.format(readings=readings, load=LOAD, all=ALL, one=ONE),
        ("objects", "what", "wall s", "CPU s", "services CPU s", "peak MiB"),
        [
            (
                size,
                name,
                sample.text(digits=2),
                sample.text("cpu_s", 2),
                sample.text("services_cpu_s", 2),
                sample.text("peak_mib", 0),
            )
            for (name, size), sample in samples.items()
        ],
        [
            at_most_linear(f"objects, {LOAD}: CPU time", cpu_points(of(LOAD))),
            at_most_linear(f"objects, {ALL}: CPU time", cpu_points(of(ALL))),
            at_most_flat(f"objects, {ONE}: CPU time", cpu_points(of(ONE))),
        ],
    )
