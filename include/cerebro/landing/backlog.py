"""The backlog: which of the new objects a run takes, and what waits for the next one."""

from __future__ import annotations

import logging
from collections.abc import Container
from itertools import islice
from typing import NamedTuple

from include.cerebro.landing.batches import pack
from include.cerebro.ledger import manifests
from include.cerebro.ledger.listings import listings_of_run
from include.cerebro.platform.names import LOADER_ROLE
from include.cerebro.platform.object_store import StoredObject
from include.cerebro.platform.settings import Settings
from include.cerebro.platform.warehouse import Warehouse

log = logging.getLogger(__name__)

# The kept objects are sorted and cut when they are more than the run takes by this share. 2 million in the worst order
# of arrival, of which 100,000 are taken, took 4.5 s and 54 MiB with a quarter, 6.2 s and 85 MiB with as many again.
SLACK = 0.25


class Bounds(NamedTuple):
    """What a run takes of a dataset of a landing zone at most. It takes at least one object.

    Attributes:
        objects: objects.
        size_bytes: their bytes.
        batches: batches, of which each is a mapped task.
        batch_objects: objects in a batch.
        batch_bytes: their bytes.
    """

    objects: int
    size_bytes: int
    batches: int
    batch_objects: int
    batch_bytes: int

    @classmethod
    def of(cls, settings: Settings, landing_zones: int) -> Bounds:
        """Return each landing zone's equal share of what a run takes: none waits for the backlog of another."""
        return cls(
            max(1, settings.run_objects // landing_zones),
            max(1, settings.run_bytes // landing_zones),
            max(1, settings.run_batches // landing_zones),
            settings.batch_objects,
            settings.batch_bytes,
        )


class Backlog:
    """The new objects of a dataset. It counts all, and keeps the oldest in memory: 500 bytes each.

    Objects that an earlier run tried in vain come after all others, so they never stop these.

    Attributes:
        objects: the number of objects.
        size_bytes: their bytes.
    """

    def __init__(self, most: int, tried: Container[tuple[str, str]] = ()) -> None:
        """Create an empty backlog.

        Args:
            most: how many objects are kept at least.
            tried: key and ETag of the objects that come last.
        """
        self.objects = 0
        self.size_bytes = 0
        self._most = most
        self._tried = tried
        self._kept: list[tuple[bool, str, StoredObject]] = []
        # No object behind this one is among the oldest.
        self._last: tuple[bool, str, StoredObject] | None = None

    def add(self, stored: StoredObject) -> None:
        """Add an object."""
        self.objects += 1
        self.size_bytes += stored.size_bytes
        # The store's instants sort as text.
        entry = ((stored.key, stored.etag) in self._tried, stored.landed_at or "", stored)
        if self._last is None or entry < self._last:
            self._kept.append(entry)
            if len(self._kept) > self._most * (1 + SLACK):
                self._cut()

    def oldest(self) -> list[StoredObject]:
        """Return the oldest objects, the oldest first."""
        self._cut()
        return [stored for _, _, stored in self._kept]

    def _cut(self) -> None:
        self._kept.sort()
        if len(self._kept) > self._most:
            del self._kept[self._most :]
            self._last = self._kept[-1]


def take(oldest: list[StoredObject], bounds: Bounds) -> list[StoredObject]:
    """Return the first of the objects, as many as fit into the bounds, in the order of their keys."""
    batches = islice(pack(oldest, bounds.batch_bytes, bounds.batch_objects), bounds.batches)
    in_batches = [stored for batch in batches for stored in batch]
    (first, *_) = pack(in_batches, bounds.size_bytes, bounds.objects) if in_batches else [[]]
    return sorted(first, key=lambda stored: stored.key.encode())


def backlog_after(warehouse: Warehouse, dag_run_id: str) -> dict[str, int]:
    """Return the objects that wait after a run, and their bytes; nothing if the next run could not load any at once.

    That is so after a run that was not done with any object: whatever stopped it would stop the next one, and so on for
    ever. The backlog then waits for the hourly run, or for an arrival.
    """
    with warehouse.connect(LOADER_ROLE) as connection, connection.cursor() as cursor:
        listings = listings_of_run(cursor, dag_run_id)
        waiting = {
            "objects": sum(listing.objects_waiting for listing in listings),
            "bytes": sum(listing.bytes_waiting for listing in listings),
        }
        if not waiting["objects"]:
            return {}
        if manifests.is_progress(cursor, dag_run_id):
            log.info("%(objects)d new objects (%(bytes)d bytes) wait: the next run follows", waiting)
            return waiting
    log.warning("%(objects)d new objects wait, but this run got through with none: no run follows at once", waiting)
    return {}
