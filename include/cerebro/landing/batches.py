"""Packs objects into batches: one batch is the work of one load task, or of one transaction."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple, TypedDict

from include.cerebro.platform.names import DEFAULT_LANDING_ZONE
from include.cerebro.platform.object_store import StoredObject

# Airflow's API refuses names of mapped tasks above 250 characters.
LONGEST_DESCRIPTION = 200


class BatchReference(TypedDict):
    """A batch as it passes from task to task: its number in ``meta.manifests``, and its name for people."""

    batch: int
    name: str


class Parcel(NamedTuple):
    """Objects of one dataset in one landing zone: a batch of the number ``batch``."""

    landing_zone: str
    objects: list[StoredObject]
    batch: int = 0

    @property
    def reference(self) -> BatchReference:
        """The batch as it passes through XCom."""
        return {"batch": self.batch, "name": describe([self])}


def pack(
    objects: Iterable[StoredObject], most_bytes: int, most_objects: int | None = None
) -> Iterator[list[StoredObject]]:
    """Pack objects, in the order given, into batches of at least one object each.

    Args:
        objects: the objects to pack.
        most_bytes: bytes in a batch at most, unless a single object is larger.
        most_objects: objects in a batch at most; none means any number.
    """
    batch: list[StoredObject] = []
    size = 0
    for stored in objects:
        if batch and (size + stored.size_bytes > most_bytes or len(batch) == most_objects):
            yield batch
            batch, size = [], 0
        batch.append(stored)
        size += stored.size_bytes
    if batch:
        yield batch


def describe(parcels: Sequence[Parcel]) -> str:
    """Name what a task loads for people: a single object by its key, of which a long one is shortened."""
    objects = [stored for parcel in parcels for stored in parcel.objects]
    size = sum(stored.size_bytes for stored in objects) / 1e6
    key = objects[0].key
    if len(key) > LONGEST_DESCRIPTION:
        key = f"{key[:80]}…{key[-80:]}"
    where = f"{parcels[0].landing_zone}: " if parcels[0].landing_zone != DEFAULT_LANDING_ZONE else ""
    if len(objects) == 1:
        return f"{where}{key}, {size:.1f} MB"
    return f"{where}{len(objects)} objects, {size:.1f} MB, from {key}"
