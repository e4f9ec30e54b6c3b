"""What the ledger holds of objects: which are new to it, and the claim of a load on them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from include.cerebro.platform.object_store import StoredObject
from include.cerebro.platform.sql import read_sql


class ObjectTotals(NamedTuple):
    """How many rows of an object are loaded and how many are rejected."""

    rows_loaded: int
    rows_rejected: int


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
        read_sql("ledger/clear_failures.sql"), _columns([stored for stored in objects if stored.key in load_ids])
    )
    return load_ids
