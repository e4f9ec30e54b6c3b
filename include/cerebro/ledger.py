"""The ledger, raw.loads: what is new, what was taken up, what failed.

The functions take an open psycopg2 cursor and never commit: a load and its ledger row share one transaction.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from psycopg2.extras import execute_values

from include.cerebro.object_store import StoredObject
from include.cerebro.sql import read_sql


class ObjectTotals(NamedTuple):
    """How many rows of an object are loaded and how many are rejected."""

    rows_loaded: int
    rows_rejected: int


class Rejection(NamedTuple):
    """Rows of one object that were rejected for one reason, and where in the quarantine bucket they are kept."""

    object_key: str
    reason: str
    rows: int
    quarantine_key: str


def _columns(objects: Sequence[StoredObject]) -> dict[str, list[Any]]:
    return {
        "object_keys": [stored.key for stored in objects],
        "etags": [stored.etag for stored in objects],
        "sizes": [stored.size_bytes for stored in objects],
    }


def new_objects(cursor: Any, listed: Sequence[StoredObject]) -> list[StoredObject]:
    """Return those of the listed objects that the ledger does not hold as the last load of their key, sorted by key."""
    cursor.execute(read_sql("ledger/new_objects.sql"), _columns(listed))
    return [StoredObject(*row) for row in cursor.fetchall()]


def claim(
    cursor: Any,
    dataset: str,
    objects: Sequence[StoredObject],
    totals: Sequence[ObjectTotals],
    dag_run_id: str | None,
) -> dict[str, int]:
    """Write the ledger rows of the objects and return their load ids by object key.

    An object that another run loaded in the meantime is not in the answer. Waits for a run that is loading one of the
    same objects at this moment.
    """
    cursor.execute(
        read_sql("ledger/claim.sql"),
        {
            "dataset": dataset,
            "dag_run_id": dag_run_id,
            "rows_loaded": [total.rows_loaded for total in totals],
            "rows_rejected": [total.rows_rejected for total in totals],
            **_columns(objects),
        },
    )
    load_ids = {str(key): int(load_id) for key, load_id in cursor.fetchall()}
    cursor.execute(
        read_sql("ledger/forget_failures.sql"), _columns([stored for stored in objects if stored.key in load_ids])
    )
    return load_ids


def record_rejections(cursor: Any, load_ids: dict[str, int], rejections: Sequence[Rejection]) -> None:
    """Write raw.rejections for the objects that were claimed."""
    rows = [
        (load_ids[rejection.object_key], rejection.reason, rejection.rows, rejection.quarantine_key)
        for rejection in rejections
        if rejection.object_key in load_ids
    ]
    if rows:
        execute_values(cursor, read_sql("ledger/record_rejections.sql"), rows)


def record_invalid_measures(cursor: Any, rows: Sequence[tuple[int, str, int]]) -> None:
    """Write raw.invalid_measures: load id, measure, number of readings in which it could not be true."""
    if rows:
        execute_values(cursor, read_sql("ledger/record_invalid_measures.sql"), rows)


def record_failure(cursor: Any, dataset: str, stored: StoredObject, error: str, dag_run_id: str | None) -> None:
    """Write that this version of the object cannot be loaded, and why."""
    cursor.execute(
        read_sql("ledger/record_failure.sql"),
        {
            "dataset": dataset,
            "object_key": stored.key,
            "etag": stored.etag,
            "size_bytes": stored.size_bytes,
            "error": error,
            "dag_run_id": dag_run_id,
        },
    )


def failures_of_run(cursor: Any, dag_run_id: str) -> list[tuple[str, str]]:
    """Return object key and error of everything that this run could not load."""
    cursor.execute(read_sql("ledger/failures_of_run.sql"), {"dag_run_id": dag_run_id})
    return [(str(key), str(error)) for key, error in cursor.fetchall()]
