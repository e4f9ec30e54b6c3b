"""Objects that could not be loaded, each with its error."""

from __future__ import annotations

from typing import Any

from include.cerebro.platform.object_store import StoredObject
from include.cerebro.platform.sql import read_sql


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
