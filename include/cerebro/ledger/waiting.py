"""What waits for later runs: the new objects of a listing that its run did not take, in ``meta.waiting``.

A run that takes them removes them in the transaction that writes its batches. All is gone after a day, and when the
landing zone is listed: a listing finds whatever the ledger does not hold, so nothing depends on these rows.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING

from include.cerebro.ledger.objects import columns
from include.cerebro.platform.object_store import StoredObject
from include.cerebro.platform.sql import read_sql

if TYPE_CHECKING:
    from psycopg2.extensions import cursor as Cursor  # noqa: N812 - psycopg2 names its classes in lower case

# Objects of a chunk. A run takes whole chunks and puts back what it does not load of the last one.
CHUNK_OBJECTS = 1_000


def add(cursor: Cursor, landing_zone: str, dataset: str, objects: Sequence[StoredObject], is_last: bool) -> None:
    """Leave objects to later runs; ``is_last`` ones come after all others. ``sort`` must follow before the commit."""
    parameters = {
        "landing_zone": landing_zone,
        "dataset": dataset,
        "is_last": is_last,
        "object_count": len(objects),
        "size_bytes": sum(stored.size_bytes for stored in objects),
        "objects": json.dumps(objects),
    }
    cursor.execute(read_sql("ledger/add_waiting.sql"), parameters)


def sort(cursor: Cursor, landing_zone: str) -> None:
    """Sort what was added of a landing zone by age."""
    parameters = {"landing_zone": landing_zone, "chunk_objects": CHUNK_OBJECTS}
    cursor.execute(read_sql("ledger/sort_waiting.sql"), parameters)


def take(cursor: Cursor, landing_zone: str, dataset: str, most_objects: int, most_bytes: int) -> list[StoredObject]:
    """Remove the oldest objects of a dataset, at least as many as are asked for, and return the last version of each.

    Those that were overwritten and loaded since they were listed are left out.
    """
    parameters = {
        "landing_zone": landing_zone,
        "dataset": dataset,
        "most_objects": most_objects,
        "most_bytes": most_bytes,
    }
    taken: dict[str, StoredObject] = {}
    with cursor.connection.cursor() as chunks:
        chunks.execute(read_sql("ledger/take_waiting.sql"), parameters)
        for (chunk,) in chunks:
            objects = [StoredObject(*stored) for stored in chunk]
            cursor.execute(read_sql("ledger/overtaken.sql"), {"landing_zone": landing_zone} | columns(objects))
            overtaken = {key for (key,) in cursor.fetchall()}
            for stored in objects:
                other = taken.get(stored.key)
                is_newer = other is None or (other.landed_at or "") < (stored.landed_at or "")
                if stored.key not in overtaken and is_newer:
                    taken[stored.key] = stored
    return list(taken.values())


def count(cursor: Cursor) -> dict[str, tuple[int, int]]:
    """Return how many objects wait in each landing zone, and their bytes; zones without any are left out."""
    cursor.execute(read_sql("ledger/count_waiting.sql"))
    return {zone: (objects, size_bytes) for zone, objects, size_bytes in cursor.fetchall()}


def clear(cursor: Cursor, landing_zone: str) -> None:
    """Remove what waits in a landing zone, which is about to be listed."""
    cursor.execute(read_sql("ledger/clear_waiting.sql"), {"landing_zone": landing_zone})


def remove_old(cursor: Cursor) -> None:
    """Remove what listings of earlier days have left. The caller commits."""
    cursor.execute(read_sql("ledger/remove_waiting.sql"))
