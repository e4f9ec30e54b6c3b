"""The ledger's view of objects: which are new, the claim of a load on them, and the order of loads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from include.cerebro.platform.object_store import StoredObject
from include.cerebro.platform.sql import read_sql

if TYPE_CHECKING:
    from psycopg2.extensions import cursor as Cursor  # noqa: N812 - psycopg2 names its classes in lower case


class ObjectTotals(NamedTuple):
    """The number of rows of an object that are loaded, and that are rejected."""

    rows_loaded: int
    rows_rejected: int


def _columns(objects: Sequence[StoredObject]) -> dict[str, list[str] | list[int]]:
    return {
        "object_keys": [stored.key for stored in objects],
        "etags": [stored.etag for stored in objects],
        "sizes": [stored.size_bytes for stored in objects],
    }


def new_objects(cursor: Cursor, listed: Sequence[StoredObject]) -> list[StoredObject]:
    """Return the listed objects whose ETag is not that of the last load of their key, sorted by key."""
    cursor.execute(read_sql("ledger/new_objects.sql"), _columns(listed))
    return [StoredObject(*row) for row in cursor.fetchall()]


def claim(
    cursor: Cursor,
    dataset: str,
    objects: Sequence[StoredObject],
    totals: Sequence[ObjectTotals],
    dag_run_id: str | None,
) -> dict[str, int]:
    """Write the ledger rows of objects that are about to be loaded.

    Waits for a run that is loading one of the same objects at this moment.

    Args:
        cursor: a cursor with the rights of the loader.
        dataset: the dataset's name.
        objects: the objects, each at most once.
        totals: the numbers of rows of each object, in the same order.
        dag_run_id: the run that loads them.

    Returns:
        The load ids by object key, without the objects that another run loaded in the meantime.
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


def publish(cursor: Cursor, load_ids: Mapping[str, int]) -> None:
    """Order the loads of this transaction after all that are visible. Waits for a load that is about to commit.

    Must be the last statement before the commit: all other loads wait for it.

    Args:
        cursor: the cursor that claimed them.
        load_ids: what ``claim`` returned.
    """
    cursor.execute(read_sql("ledger/publish.sql"), {"load_ids": list(load_ids.values())})
