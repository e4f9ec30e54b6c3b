"""The manifests: which objects each load task of a run is given, in ``meta.manifests``.

A batch has a number of its own and never changes. So a retry or clear of discovery takes nothing from a load task that
is running, and XCom carries a number in place of 5,000 keys.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING

from include.cerebro.platform.object_store import StoredObject
from include.cerebro.platform.sql import read_sql

if TYPE_CHECKING:
    from psycopg2.extensions import cursor as Cursor  # noqa: N812 - psycopg2 names its classes in lower case


def write(cursor: Cursor, dag_run_id: str, landing_zone: str, dataset: str, objects: Sequence[StoredObject]) -> int:
    """Write a batch of objects of one dataset, and return its number. The caller commits."""
    parameters = {
        "dag_run_id": dag_run_id,
        "landing_zone": landing_zone,
        "dataset": dataset,
        "object_count": len(objects),
        "size_bytes": sum(stored.size_bytes for stored in objects),
        "objects": json.dumps(objects),
    }
    cursor.execute(read_sql("ledger/write_manifest.sql"), parameters)
    (batch,) = cursor.fetchone() or (0,)
    return int(batch)


def read(cursor: Cursor, batch: int) -> tuple[str, list[StoredObject]] | None:
    """Return the landing zone and the objects of a batch, in their order; None if it was removed."""
    cursor.execute(read_sql("ledger/read_manifest.sql"), {"batch": batch})
    row = cursor.fetchone()
    return (row[0], [StoredObject(*stored) for stored in row[1]]) if row else None


def finish(cursor: Cursor, batch: int) -> None:
    """Record that a load task is through with a batch: each of its objects is loaded, failed or changed meanwhile."""
    cursor.execute(read_sql("ledger/finish_manifest.sql"), {"batch": batch})


def remove_old(cursor: Cursor) -> None:
    """Remove the batches of earlier days. The caller commits."""
    cursor.execute(read_sql("ledger/remove_manifests.sql"))


def tried_objects(cursor: Cursor, landing_zone: str, dag_run_id: str) -> set[tuple[str, str]]:
    """Return key and ETag of the objects that load tasks of other runs were given, and did not get through with."""
    cursor.execute(read_sql("ledger/tried_objects.sql"), {"landing_zone": landing_zone, "dag_run_id": dag_run_id})
    return {(key, etag) for key, etag in cursor.fetchall()}


def is_progress(cursor: Cursor, dag_run_id: str) -> bool:
    """Return whether a run is done with at least one object, so that fewer wait after it."""
    cursor.execute(read_sql("ledger/done_objects.sql"), {"dag_run_id": dag_run_id})
    (done,) = cursor.fetchone() or (0,)
    return bool(done)
