"""The backlog: which of the new objects a run takes, in which batches, and what waits for the next one."""

from __future__ import annotations

import logging
from collections.abc import Callable, Container, Iterable
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from include.cerebro.landing.batches import Parcel, pack
from include.cerebro.ledger import duplicates, manifests, told_objects
from include.cerebro.ledger.listings import listings_of_run
from include.cerebro.ledger.objects import Origin
from include.cerebro.platform.names import LOADER_ROLE
from include.cerebro.platform.object_store import StoredObject
from include.cerebro.platform.settings import Settings
from include.cerebro.platform.warehouse import Warehouse
from include.cerebro.zones.datasets import BIOMETRICS

if TYPE_CHECKING:
    from psycopg2.extensions import cursor as Cursor  # noqa: N812 - psycopg2 names its classes in lower case

log = logging.getLogger(__name__)

# The kept objects are sorted and cut when they are more than the run takes by this share. 2 million in the worst order
# of arrival, of which 100,000 are taken, took 4.5 s and 54 MiB with a quarter, 6.2 s and 85 MiB with as many again.
SLACK = 0.25
# Objects that are left to later runs at a time.
LEFT_AT_ONCE = 10_000


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
    """The new objects of a dataset. It counts all, keeps the oldest in memory, 500 bytes each, and leaves the others.

    Objects that an earlier run tried in vain come after all others, so they never stop these.

    Attributes:
        objects: the number of objects.
    """

    def __init__(
        self,
        most: int,
        tried: Container[tuple[str, str]] = (),
        leave: Callable[[list[StoredObject], bool], None] | None = None,
    ) -> None:
        """Create an empty backlog.

        Args:
            most: how many objects are kept at least.
            tried: key and ETag of the objects that come last.
            leave: is given the objects that are left to later runs, some at a time, and whether they come last.
        """
        self.objects = 0
        self._most = most
        self._tried = tried
        self._leave = leave
        self._kept: list[tuple[bool, str, StoredObject]] = []
        # No object behind this one is among the oldest.
        self._last: tuple[bool, str, StoredObject] | None = None
        self._left: dict[bool, list[StoredObject]] = {False: [], True: []}

    def add(self, stored: StoredObject) -> None:
        """Add an object."""
        self.objects += 1
        # The store's instants sort as text.
        entry = (self._is_last(stored), stored.landed_at or "", stored)
        if self._last is None or entry < self._last:
            self._kept.append(entry)
            if len(self._kept) > self._most * (1 + SLACK):
                self._cut()
        else:
            self._put_off([stored])

    def oldest(self) -> list[StoredObject]:
        """Return the oldest objects, the oldest first."""
        self._cut()
        return [stored for _, _, stored in self._kept]

    def leave(self, objects: Iterable[StoredObject] = ()) -> None:
        """Leave what is not among the oldest to later runs, and these objects, which are."""
        self._cut()
        self._put_off(objects)
        for is_last in self._left:
            self._pass_on(is_last)

    def _cut(self) -> None:
        self._kept.sort()
        if len(self._kept) > self._most:
            cut = self._kept[self._most :]
            del self._kept[self._most :]
            self._last = self._kept[-1]
            self._put_off(stored for _, _, stored in cut)

    def _put_off(self, objects: Iterable[StoredObject]) -> None:
        for stored in objects:
            is_last = self._is_last(stored)
            self._left[is_last].append(stored)
            if len(self._left[is_last]) == LEFT_AT_ONCE:
                self._pass_on(is_last)

    def _pass_on(self, is_last: bool) -> None:
        if self._leave and self._left[is_last]:
            self._leave(self._left[is_last], is_last)
        self._left[is_last] = []

    def _is_last(self, stored: StoredObject) -> bool:
        return (stored.key, stored.etag) in self._tried


class Taken(NamedTuple):
    """What a run takes of the new objects of a dataset, and the duplicates among them, which are done with."""

    objects: int = 0
    size_bytes: int = 0
    duplicates: int = 0

    def plus(self, other: Taken) -> Taken:
        """Return the sum."""
        return Taken(*(one + another for one, another in zip(self, other, strict=True)))

    def __str__(self) -> str:
        return f"{self.objects} new objects ({self.size_bytes / 1e6:.1f} MB), {self.duplicates} duplicates"


def take_batches(
    cursor: Cursor, origin: Origin, backlog: Backlog, own: list[StoredObject], bounds: Bounds
) -> tuple[list[Parcel], Taken]:
    """Settle the duplicates among the oldest objects, write what the run takes in batches, and leave the others.

    Args:
        cursor: a cursor with the rights of the loader. The caller commits.
        origin: where the objects come from, and the run.
        backlog: the new objects.
        own: those of its oldest objects that belong to the dataset.
        bounds: what the run takes at most.
    """
    new = duplicates.settle(cursor, origin, own)
    taken = take(new, bounds)
    if origin.dataset == BIOMETRICS.name:
        # In the order of the keys a batch may be one more than in the order of age.
        batches = list(islice(pack(_twins_together(taken), bounds.batch_bytes, bounds.batch_objects), bounds.batches))
        taken = [stored for batch in batches for stored in batch]
    else:
        batches = [taken] if taken else []
    chosen = {stored.key for stored in taken}
    backlog.leave(stored for stored in new if stored.key not in chosen)
    parcels = [
        Parcel(
            origin.landing_zone,
            batch,
            manifests.write(cursor, origin.dag_run_id or "", origin.landing_zone, origin.dataset, batch),
        )
        for batch in batches
    ]
    return parcels, Taken(len(taken), sum(stored.size_bytes for stored in taken), len(own) - len(new))


def _twins_together(objects: Iterable[StoredObject]) -> list[StoredObject]:
    """Return the objects so that those of equal bytes follow each other: one load task finds them to be duplicates."""
    groups: dict[tuple[str, int], list[StoredObject]] = {}
    for stored in objects:
        groups.setdefault((stored.etag, stored.size_bytes), []).append(stored)
    return [stored for group in groups.values() for stored in group]


def take(oldest: list[StoredObject], bounds: Bounds) -> list[StoredObject]:
    """Return the first of the objects, as many as fit into the bounds, in the order of their keys."""
    batches = islice(pack(oldest, bounds.batch_bytes, bounds.batch_objects), bounds.batches)
    in_batches = [stored for batch in batches for stored in batch]
    (first, *_) = pack(in_batches, bounds.size_bytes, bounds.objects) if in_batches else [[]]
    return sorted(first, key=lambda stored: stored.key.encode())


def backlog_after(warehouse: Warehouse, dag_run_id: str) -> dict[str, int]:
    """Return the objects that wait after a run, and their bytes; nothing if the next run could not load any at once.

    What load tasks of the run did not get through with is left to a later run, which a watcher starts.

    That is so after a run that was not done with any object: whatever stopped it would stop the next one, and so on for
    ever. The backlog then waits for the hourly run, or for an arrival.
    """
    with warehouse.connect(LOADER_ROLE) as connection, connection.cursor() as cursor:
        told_objects.tell_unfinished(cursor, dag_run_id)
        connection.commit()
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
