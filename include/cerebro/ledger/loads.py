"""The loads of the ledger: the claim of a load on its objects, and the order of loads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from include.cerebro.ledger import duplicates, erasures
from include.cerebro.ledger.objects import Origin, columns
from include.cerebro.platform.object_store import StoredObject
from include.cerebro.platform.sql import read_sql

if TYPE_CHECKING:
    from psycopg2.extensions import cursor as Cursor  # noqa: N812 - psycopg2 names its classes in lower case


class ObjectTotals(NamedTuple):
    """The number of rows of an object that are loaded, and that are rejected."""

    rows_loaded: int
    rows_rejected: int


class LoadedMeanwhileError(RuntimeError):
    """Another run has loaded the same bytes under another key. Nothing was committed; a retry finds duplicates."""


def claim(
    cursor: Cursor, origin: Origin, objects: Sequence[StoredObject], totals: Sequence[ObjectTotals]
) -> dict[str, int]:
    """Write the ledger rows of objects that are about to be loaded.

    Waits for a run that is loading one of the same objects at this moment.

    Args:
        cursor: a cursor with the rights of the loader.
        origin: where the objects come from, and which run loads them.
        objects: the objects, each at most once.
        totals: the numbers of rows of each object, in the same order.

    Returns:
        The load ids by object key, without the objects that another run loaded in the meantime.
    """
    parameters: dict[str, Any] = origin._asdict() | columns(objects)
    parameters["rows_loaded"] = [total.rows_loaded for total in totals]
    parameters["rows_rejected"] = [total.rows_rejected for total in totals]
    cursor.execute(read_sql("ledger/claim.sql"), parameters)
    load_ids = {str(key): int(load_id) for key, load_id in cursor.fetchall()}
    claimed = columns([stored for stored in objects if stored.key in load_ids])
    cursor.execute(read_sql("ledger/clear_failures.sql"), {"landing_zone": origin.landing_zone} | claimed)
    return load_ids


def publish(cursor: Cursor, origin: Origin, load_ids: Mapping[str, int], last_erasure: int = 0) -> None:
    """Order the loads of this transaction after all that are visible. Waits for a load that is about to commit.

    Where a load that is superseded now had duplicates, one of them takes its place. Must be the last call before the
    commit: all other loads wait for it.

    Args:
        cursor: the cursor that claimed them.
        origin: what ``claim`` was given.
        load_ids: what ``claim`` returned.
        last_erasure: ``Erasures.last`` from before the objects were read.

    Raises:
        ErasedMeanwhileError: a hero was forgotten since, whom the objects may hold.
        LoadedMeanwhileError: another run has loaded the same bytes under another key.
    """
    ids = list(load_ids.values())
    cursor.execute(read_sql("ledger/lock.sql"))
    erasures.require_none_since(cursor, last_erasure)
    cursor.execute(read_sql("ledger/twins.sql"), {"load_ids": ids})
    if twins := [key for (key,) in cursor.fetchall()]:
        raise LoadedMeanwhileError(
            f"Another run has just loaded the bytes of {twins[0]} and {len(twins) - 1} others under another key. "
            "Nothing of this part was committed. The retry of the task finds that they are duplicates."
        )
    cursor.execute(read_sql("ledger/publish.sql"), {"load_ids": ids})
    duplicates.settle_heirs(cursor, origin, ids)
