"""Duplicates: objects whose bytes are in force already, under another key of the same landing zone and dataset.

A duplicate is a row of the ledger that names the load that holds its bytes; nothing of it is read. All of this happens
under the lock of the loads (``lock.sql``), so that of two runs one sees what the other did.

In hero and mission files, the key decides which record is the last one (docs/explanation/identity.md), so the bytes
count under the greatest of their keys. Otherwise the answer would depend on the order of arrival.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from include.cerebro.ledger import unfounded
from include.cerebro.ledger.objects import Origin, columns, new_objects
from include.cerebro.platform.object_store import StoredObject
from include.cerebro.platform.sql import read_sql

if TYPE_CHECKING:
    from psycopg2.extensions import cursor as Cursor  # noqa: N812 - psycopg2 names its classes in lower case

# An MD5 of the bytes, or of the MD5s of the parts of an upload. Any other ETag says nothing about the bytes.
_CONTENT_HASH = re.compile(r"[0-9a-f]{32}(-[0-9]+)?")
_KEY_DECIDES = {"heroes", "missions"}


def split_twins(objects: Sequence[StoredObject]) -> tuple[list[StoredObject], list[StoredObject]]:
    """Split objects of one dataset into those to load, and those that have the same bytes as one of them.

    Of equal bytes, the object with the greatest key is loaded.
    """
    greatest: dict[tuple[str, int], str] = {}
    for stored in objects:
        if _is_comparable(stored):
            version = (stored.etag, stored.size_bytes)
            greatest[version] = max(stored.key, greatest.get(version, ""), key=str.encode)
    first: list[StoredObject] = []
    others: list[StoredObject] = []
    for stored in objects:
        holder = greatest.get((stored.etag, stored.size_bytes), stored.key)
        (first if holder == stored.key else others).append(stored)
    return first, others


def settle(cursor: Cursor, origin: Origin, objects: Sequence[StoredObject]) -> list[StoredObject]:
    """Record the duplicates among new objects of one dataset, and return the others. The caller commits."""
    comparable = [stored for stored in objects if _is_comparable(stored)]
    if not comparable or not _holders(cursor, origin, comparable):
        return list(objects)
    cursor.execute(read_sql("ledger/lock.sql"))
    # Another run may have settled them by now.
    by_key = {stored.key: stored for stored in new_objects(cursor, origin.landing_zone, comparable)}
    settled = {stored.key for stored in comparable} - by_key.keys()
    superseding: list[int] = []
    if origin.dataset in _KEY_DECIDES:
        for key, (load_id, holder_key) in _greater_keys(_holders(cursor, origin, list(by_key.values()))).items():
            moved = by_key.pop(key)
            moved_id = _move(cursor, origin, load_id, key, moved.landed_at)
            former = moved._replace(key=holder_key, landed_at=None)
            superseding += [moved_id, *_add(cursor, origin, {holder_key: moved_id}, {holder_key: former})]
            settled.add(key)
    holders = {key: load_id for key, load_id, _ in _holders(cursor, origin, list(by_key.values()))}
    superseding += _add(cursor, origin, holders, by_key)
    settle_heirs(cursor, origin, superseding)
    settled |= holders.keys()
    return [stored for stored in objects if stored.key not in settled]


def settle_heirs(cursor: Cursor, origin: Origin, load_ids: Sequence[int]) -> None:
    """Let a duplicate take the place of each load that one of these ledger rows supersedes. Requires the lock.

    Loads that lost readings to a superseded load are noted.
    """
    unfounded.note(cursor, load_ids)
    cursor.execute(read_sql("ledger/heirs.sql"), {"load_ids": list(load_ids)})
    for load_id, holder, key, landed_at in cursor.fetchall():
        if holder is None:
            _move(cursor, origin, load_id, key, landed_at)
        else:
            _rename(cursor, load_id, holder)


def _is_comparable(stored: StoredObject) -> bool:
    """Return whether other objects may have the same bytes. Those of an object that replaces a load are its own."""
    return stored.replaces is None and stored.size_bytes > 0 and _CONTENT_HASH.fullmatch(stored.etag) is not None


def _holders(cursor: Cursor, origin: Origin, objects: Sequence[StoredObject]) -> list[tuple[str, int, str]]:
    """Return the key of each object whose bytes are in force, with the load that holds them and that load's key."""
    cursor.execute(read_sql("ledger/holders.sql"), origin._asdict() | columns(objects))
    return list(cursor.fetchall())


def _greater_keys(holders: Sequence[tuple[str, int, str]]) -> dict[str, tuple[int, str]]:
    """Return the greatest key of the bytes of each load, where it is not the load's own, with load and own key."""
    greatest: dict[int, tuple[str, str]] = {}
    for key, load_id, holder_key in holders:
        current, _ = greatest.get(load_id, (holder_key, holder_key))
        greatest[load_id] = (max(key, current, key=str.encode), holder_key)
    return {key: (load_id, own) for load_id, (key, own) in greatest.items() if key != own}


def _move(cursor: Cursor, origin: Origin, load_id: int, key: str, landed_at: str | None) -> int:
    """Let the bytes of a load count under another key: copy its rows to a new load, and return its id."""
    parameters = origin._asdict() | {"load_id": load_id, "object_key": key, "landed_at": landed_at or None}
    cursor.execute(read_sql("ledger/last_row.sql"), parameters)
    (parameters["supersedes"],) = cursor.fetchone() or (None,)
    cursor.execute(read_sql("ledger/move_load.sql"), parameters)
    (moved,) = cursor.fetchone() or (0,)
    cursor.execute(read_sql("ledger/copy_load.sql"), {"load_id": load_id, "to_load_id": moved})
    _rename(cursor, load_id, moved)
    return int(moved)


def _rename(cursor: Cursor, load_id: int, to_load_id: int) -> None:
    cursor.execute(read_sql("ledger/rename_duplicates.sql"), {"load_id": load_id, "to_load_id": to_load_id})


def _add(cursor: Cursor, origin: Origin, holders: dict[str, int], by_key: dict[str, StoredObject]) -> list[int]:
    """Write the rows of duplicates, by key with the load that holds their bytes; return the ids of the rows."""
    if not holders:
        return []
    parameters = origin._asdict() | columns([by_key[key] for key in holders])
    cursor.execute(read_sql("ledger/add_duplicates.sql"), parameters | {"duplicate_of": list(holders.values())})
    return [int(load_id) for (load_id,) in cursor.fetchall()]
