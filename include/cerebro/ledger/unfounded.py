"""Loads in force that lost readings, as repeated ones, to a load that was superseded since.

Their rejected readings may be in force nowhere, so the loader reads these objects again. Loads are noted in the
transaction that supersedes the other one, and are through with when they are superseded themselves.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

from include.cerebro.platform.object_store import StoredObject
from include.cerebro.platform.sql import read_sql

if TYPE_CHECKING:
    from psycopg2.extensions import cursor as Cursor  # noqa: N812 - psycopg2 names its classes in lower case


def note(cursor: Cursor, load_ids: Sequence[int]) -> None:
    """Note the loads that lose their reason by these rows of the ledger. Requires the lock of the loads."""
    cursor.execute(read_sql("ledger/note_unfounded.sql"), {"load_ids": list(load_ids)})


def find(
    cursor: Cursor, landing_zone: str, without: Collection[int | None] = (), most: int | None = None
) -> list[StoredObject]:
    """Return the objects of a landing zone that are to be read again, each with the load that it replaces.

    Args:
        cursor: a cursor with the rights of the loader.
        landing_zone: the name of the landing zone.
        without: loads that are left out.
        most: how many are returned at most; none means all.
    """
    parameters = {"landing_zone": landing_zone, "without": list(without), "most": most}
    cursor.execute(read_sql("ledger/unfounded.sql"), parameters)
    return [StoredObject(*row) for row in cursor.fetchall()]
