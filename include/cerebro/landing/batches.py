"""Batches: objects packed for one load task each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from include.cerebro.platform import settings
from include.cerebro.platform.object_store import StoredObject


def pack(
    objects: Iterable[StoredObject],
    batch_bytes: int = settings.BATCH_BYTES,
    batch_objects: int = settings.BATCH_OBJECTS,
) -> Iterator[list[StoredObject]]:
    """Pack the objects, in the order given, into batches of at most so many bytes and objects (at least one each)."""
    batch: list[StoredObject] = []
    size = 0
    for stored in objects:
        if batch and (size + stored.size_bytes > batch_bytes or len(batch) == batch_objects):
            yield batch
            batch, size = [], 0
        batch.append(stored)
        size += stored.size_bytes
    if batch:
        yield batch


def describe(batch: Sequence[StoredObject]) -> str:
    """Name a batch of at least one object for people: a single object by its key."""
    size = sum(stored.size_bytes for stored in batch) / 1e6
    if len(batch) == 1:
        return f"{batch[0].key}, {size:.1f} MB"
    return f"{len(batch)} objects, {size:.1f} MB, from {batch[0].key}"
