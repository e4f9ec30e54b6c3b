"""Packs objects into batches: one batch is the work of one load task, or of one transaction."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from include.cerebro.platform.object_store import StoredObject


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


def describe(batch: Sequence[StoredObject]) -> str:
    """Name a batch of at least one object for people: a single object by its key."""
    size = sum(stored.size_bytes for stored in batch) / 1e6
    if len(batch) == 1:
        return f"{batch[0].key}, {size:.1f} MB"
    return f"{len(batch)} objects, {size:.1f} MB, from {batch[0].key}"
