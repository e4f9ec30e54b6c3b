"""One load shared by worker processes, each with a slow link to the store and all with one to the warehouse."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from multiprocessing import get_context
from multiprocessing.queues import Queue
from multiprocessing.synchronize import Barrier
from urllib.parse import urlsplit

from bench.candidates import hide_packages
from bench.processes import Services
from bench.slow_network import Link, Network, links
from include.cerebro.landing.batches import pack
from include.cerebro.landing.listing import list_dataset
from include.cerebro.loading.biometrics import BiometricsLoader
from include.cerebro.platform.object_store import StoredObject
from include.cerebro.zones.datasets import BIOMETRICS
from testing.sites import Site

_site: Site


@dataclass(frozen=True)
class Shared:
    """A load that workers shared.

    Attributes:
        seconds: from the start of the first batch to the end of the last one; processes and imports are left out.
        copied_bytes: bytes that went to the warehouse.
        read_bytes: bytes that came from the store.
        readings: readings that were loaded or rejected.
        rows: rows in the warehouse.
        postgres_cpu_s: processor seconds of PostgreSQL.
    """

    seconds: float
    copied_bytes: int
    read_bytes: int
    readings: int
    rows: int
    postgres_cpu_s: float


def load_by_workers(
    bucket: str, workers: int, batches: int, store: Network, database: Network, state_folder: str, site: Site
) -> Shared:
    """Load a bucket by so many processes at once, as the mapped tasks of so many workers do.

    Args:
        bucket: the landing zone.
        workers: number of processes.
        batches: number of batches.
        store: what is between each worker and the object store; each has a link of its own.
        database: what is between all workers and PostgreSQL.
        state_folder: that of the running services, whose processor time is measured.
        site: the warehouse and the quarantine.

    Raises:
        RuntimeError: not all batches were loaded.
    """
    site, services = replace(site, bucket=bucket), Services(state_folder)
    objects = list(list_dataset(site.client, bucket, BIOMETRICS))
    parcels = list(pack(objects, -(-sum(stored.size_bytes for stored in objects) // batches)))
    address = urlsplit(site.store.endpoint_url)
    to_store = [Link(str(address.hostname), int(address.port or 80), store) for _ in range(workers)]
    to_database = Link(site.warehouse.host, site.warehouse.port, database)
    with links(to_database, *to_store):
        near = [
            replace(
                site,
                store=replace(site.store, endpoint_url=f"http://127.0.0.1:{link.port}"),
                warehouse=replace(site.warehouse, host="127.0.0.1", port=to_database.port),
            )
            for link in to_store
        ]
        with _started(near) as pool:
            used, started = services.cpu_s("postgres"), time.perf_counter()
            readings = sum(pool.map(_load, parcels))
            seconds, used = time.perf_counter() - started, services.cpu_s("postgres") - used
    with site.superuser() as cursor:
        cursor.execute("select count(*) from raw.biometrics")
        ((rows,),) = cursor.fetchall()
    read_bytes = sum(link.down.sent_bytes for link in to_store)
    return Shared(seconds, to_database.up.sent_bytes, read_bytes, readings, rows, used)


@contextmanager
def _started(sites: list[Site]) -> Iterator[ProcessPoolExecutor]:
    """Open a pool of processes that have done their imports, one for each of the sites."""
    context = get_context("spawn")
    ready, theirs = context.Barrier(len(sites) + 1), context.Queue()
    for site in sites:
        theirs.put(site)
    with ProcessPoolExecutor(len(sites), context, _start, (theirs, ready)) as pool:
        for _ in sites:
            pool.submit(time.sleep, 0)  # A task for each process that the pool has to start.
        ready.wait()
        yield pool


def _start(sites: Queue[Site], ready: Barrier) -> None:
    """Take one of the sites for this process."""
    global _site  # A pool's initializer has no other way to hand something to its tasks.
    hide_packages()
    logging.getLogger("include").setLevel(logging.ERROR)
    _site = sites.get()
    ready.wait()


def _load(batch: list[StoredObject]) -> int:
    """Load and commit one batch; return its readings."""
    result = BiometricsLoader(_site.load_site).load(batch)
    return result.rows_loaded + result.rows_rejected
