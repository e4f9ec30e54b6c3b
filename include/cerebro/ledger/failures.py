"""Objects that could not be loaded, each with its error."""

from __future__ import annotations

from typing import TYPE_CHECKING

from include.cerebro.platform.object_store import StoredObject
from include.cerebro.platform.sql import read_sql

if TYPE_CHECKING:
    from psycopg2.extensions import cursor as Cursor  # noqa: N812 - psycopg2 names its classes in lower case


def record_failure(cursor: Cursor, dataset: str, stored: StoredObject, error: str, dag_run_id: str | None) -> None:
    """Record that this version of the object cannot be loaded, and why."""
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


def failures_of_run(cursor: Cursor, dag_run_id: str) -> list[tuple[str, str]]:
    """Return key and error of every object that this run could not load."""
    cursor.execute(read_sql("ledger/failures_of_run.sql"), {"dag_run_id": dag_run_id})
    return [(str(key), str(error)) for key, error in cursor.fetchall()]
