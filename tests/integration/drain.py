"""A backlog is drained run by run, as the scheduler does; ``python -m tests.integration.drain`` drains it, too.

The environment has the addresses (Site.environment) and the bounds of a run.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from uuid import uuid4

from include.cerebro.landing import told
from include.cerebro.landing.backlog import backlog_after
from include.cerebro.landing.discovery import Discovery, Start, discover
from include.cerebro.ledger import manifests
from include.cerebro.loading.load import load
from include.cerebro.platform.names import LOADER_ROLE
from tests.integration.helpers import REPOSITORY, Site
from tests.integration.loader_process import site_of_environment

# What a run is told that follows a backlog.
FOLLOWS: Mapping[str, Sequence[str]] = {}


def tell(site: Site, keys: Mapping[str, Sequence[str]]) -> None:
    """Tell the next run of objects, as a watcher does."""
    assert told.tell(lambda: site.warehouse, keys).is_told


def find(site: Site, run_id: str, keys: Mapping[str, Sequence[str]] | None = None) -> Discovery:
    """Find what a run takes, which looks at these objects by landing zone; without them it lists all."""
    if keys:
        tell(site, keys)
    start = Start.BY_HAND if keys is None else Start.BY_ARRIVAL
    return discover([site.zone], lambda _: site.store, site.warehouse, site.settings, run_id, start)


def load_found(site: Site, run_id: str, found: Discovery) -> None:
    """Load what was found, as the tasks of a run do, one after the other."""
    there = replace(site.load_site, dag_run_id=run_id)
    for dataset, parcels in (
        ("heroes", found.heroes), ("missions", found.missions), ("biometrics", found.biometrics)
    ):  # fmt: skip
        for parcel in parcels:
            with site.warehouse.connect(LOADER_ROLE) as connection, connection.cursor() as cursor:
                _, objects = manifests.read(cursor, parcel.batch) or ("", [])
            load(dataset, there, objects)
            with site.warehouse.connect(LOADER_ROLE) as connection, connection.cursor() as cursor:
                manifests.finish(cursor, parcel.batch)
                connection.commit()


def drain(site: Site, keys: Mapping[str, Sequence[str]] | None = None) -> list[Discovery]:
    """Run as long as a run follows; return what each has found."""
    runs: list[Discovery] = []
    while True:
        run_id = str(uuid4())
        runs.append(find(site, run_id, keys))
        load_found(site, run_id, runs[-1])
        if not backlog_after(site.warehouse, run_id):
            return runs
        keys = FOLLOWS


def start_drain(site: Site, **environment: str) -> subprocess.Popen[str]:
    """Start ``drain`` as a process of its own."""
    return subprocess.Popen(
        [sys.executable, "-m", "tests.integration.drain"],
        cwd=REPOSITORY,
        env=os.environ | site.environment() | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


if __name__ == "__main__":
    drain(site_of_environment())
