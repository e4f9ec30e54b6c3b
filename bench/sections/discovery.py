"""What is new in a landing zone of very many known objects, and in one of a thousand."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing
from functools import partial
from hashlib import md5
from typing import Any

from bench.context import Bench
from bench.dbt import vacuum
from bench.many_loads import ManyLoads
from bench.measure import Sample
from bench.report import Section, at_most
from include.cerebro.landing.comparison import find_new
from include.cerebro.landing.discovery import Start, discover
from include.cerebro.landing.listing import ZoneListing
from include.cerebro.landing.told import tell
from include.cerebro.platform.names import LOADER_ROLE
from include.cerebro.zones.rules_version import rules_version
from testing.sites import Site

NAME = "discovery"
TITLE = "What is new among many objects"

FEW = 1_000
KEY = "biometrics/new.parquet"
PAGE = 1_000

TEXT = """
The ledger knows {many} objects, or {few}. *One arrival*: the work of the task `discover` of a run that an arrival has
started; it looks at the object that it told of. *All compared*: a listing of all objects, of which none is new, is
compared with the ledger. The listing itself, a request for {page} objects, is left out: its pages are made up.
*Services* is the processor time of PostgreSQL and of the object store.
"""


class Pages:
    """A client whose listing is what ``ManyLoads`` has written into the ledger."""

    def __init__(self, objects: int) -> None:
        self.objects = objects

    def get_paginator(self, _: str) -> Pages:
        """Return itself: this is the only operation."""
        return self

    def paginate(self, **_: Any) -> Iterator[dict[str, list[dict[str, Any]]]]:
        """Yield the pages."""
        for first in range(1, self.objects + 1, PAGE):
            yield {"Contents": [self._entry(number) for number in range(first, min(first + PAGE, self.objects + 1))]}

    def _entry(self, number: int) -> dict[str, Any]:
        etag = md5(f"after-0{number}".encode(), usedforsecurity=False).hexdigest()
        key = f"biometrics/after-0/{number}.parquet"
        return {"Key": key, "ETag": f'"{etag}"', "Size": 3000, "LastModified": "2026-11-27T00:00:00.000Z"}


def find(site: Site, told: Sequence[str] | None) -> int:
    """Find what is new of the objects that an arrival tells of; of all, if nothing is told."""
    if told:
        tell(lambda: site.warehouse, {site.zone.name: told})
    start = Start.BY_ARRIVAL if told else Start.BY_HAND
    found = discover([site.zone], lambda _: site.store, site.warehouse, site.settings, NAME, start)
    return sum(len(parcel.objects) for parcel in found.biometrics)


def compare_all(objects: int, site: Site) -> int:
    """Compare a listing of all objects with the ledger."""
    listing = ZoneListing(Pages(objects), site.zone)  # type: ignore[arg-type]  # all that it asks a client for
    version = rules_version(site.zone)
    with site.warehouse.connect(LOADER_ROLE) as connection, closing(connection.cursor()) as cursor:
        new = find_new(cursor, site.zone.name, listing, version, 100_000, NAME)
    return sum(backlog.objects for backlog in new.values())


def run(bench: Bench) -> Section:
    """Fill two ledgers, then find one new object and compare all, in turns."""
    samples: dict[str, Sample] = {}
    with ExitStack() as sites:
        for loads in (FEW, bench.scale.loads):
            many = ManyLoads(sites.enter_context(bench.site()), bench.scratch)
            bench.say(f"  {loads:,} loads into raw ...")
            many.add_objects(loads)
            vacuum(many.site)
            site = many.site
            # A run has listed the landing zone: only what arrives since is new.
            find(site, None)
            site.client.put_object(Bucket=site.bucket, Key=KEY, Body=b"x")
            tasks = {
                f"one arrival among {loads:,}": partial(find, site, [KEY]),
                f"all {loads:,} compared": partial(compare_all, loads, site),
            }
            samples |= bench.compare(tasks)
    expected = (1, 0, 1, 0)
    for (name, sample), found in zip(samples.items(), expected, strict=True):
        if sample.results != [found] * len(sample.results):
            raise RuntimeError(f"{name}: {sample.results} objects were new, not {found} each time")
    *_, arrival, compared = samples.values()
    many_objects = f"{bench.scale.loads:,} known objects"
    return Section(
        NAME,
        TITLE,
        TEXT.format(many=f"{bench.scale.loads:,}", few=f"{FEW:,}", page=f"{PAGE:,}"),
        ("", "wall s", "CPU s", "services CPU s", "peak MiB"),
        [
            (
                name,
                sample.text(digits=2),
                sample.text("cpu_s", 2),
                sample.text("services_cpu_s", 2),
                sample.text("peak_mib", 0),
            )
            for name, sample in samples.items()
        ],
        [
            at_most(f"one arrival among {many_objects}", arrival.median(), 1, " s", 2),
            at_most(f"one arrival among {many_objects}: peak memory", arrival.median("peak_mib"), 150, " MiB", 0),
            at_most(f"a listing of {many_objects} compared: our CPU time", compared.median("cpu_s"), 10, " s"),
            at_most(f"a listing of {many_objects} compared: peak memory", compared.median("peak_mib"), 200, " MiB", 0),
        ],
    )
