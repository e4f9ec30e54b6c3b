"""Drift: columns that are new, gone or of another type, each noted once in ``raw.schema_changes``.

The columns of the first object of a dataset in a landing zone are where it starts from; they are no change.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, TypeAlias

from include.cerebro.ledger.objects import Origin
from include.cerebro.platform.sql import read_sql

if TYPE_CHECKING:
    from psycopg2.extensions import cursor as Cursor  # noqa: N812 - psycopg2 names its classes in lower case

log = logging.getLogger(__name__)

# Name of a column, change (first, new, gone or type), and type.
Change: TypeAlias = tuple[str, str, str]

LONGEST_NAME = 200
# As many columns as an error names.
NAMED = 5


def described(column: str, change: str, column_type: str) -> str:
    """Return a change for people."""
    if change == "type":
        return f"the column {column} is of another type: {column_type}"
    return f"the column {column} is {change}"


def note_columns(
    cursor: Cursor, origin: Origin, columns: Mapping[str, Mapping[str, str]], may_lack: bool = False
) -> None:
    """Note what differs in the columns of objects that are being loaded. The caller commits.

    Args:
        cursor: the cursor of the load's transaction.
        origin: where the objects come from.
        columns: by the key of an object, the types of its columns by name; a type that is not known is empty.
        may_lack: whether a column that is not there says nothing, as in a file of few records.
    """
    cursor.execute(read_sql("ledger/known_columns.sql"), origin._asdict())
    known: set[Change] = set(cursor.fetchall())
    found: dict[Change, str] = {}
    for key, own in columns.items():
        short = {bounded(name): bounded(column_type) for name, column_type in own.items()}
        found |= dict.fromkeys(_changes(known, short, may_lack) - known, key)
        known |= found.keys()
    if not found:
        return
    # Sorted, so that two loads that note the same never wait for each other.
    changes = sorted(found)
    names, kinds, types = map(list, zip(*changes, strict=True))
    parameters = {"column_names": names, "changes": kinds, "column_types": types}
    parameters["object_keys"] = [found[change] for change in changes]
    cursor.execute(read_sql("ledger/record_schema_changes.sql"), origin._asdict() | parameters)
    for key, *change in cursor.fetchall():
        log.warning("%s, %s: %s", origin.landing_zone, key, described(*change))


def likely_renamed(cursor: Cursor, origin: Origin, columns: Iterable[str]) -> str:
    """Return which columns of an object are new and which are gone, for its error; empty unless there are both."""
    cursor.execute(read_sql("ledger/known_columns.sql"), origin._asdict())
    known = {name for name, change, _ in cursor.fetchall() if change != "gone"}
    delivered = {bounded(name) for name in columns}
    new, gone = sorted(delivered - known)[:NAMED], sorted(known - delivered)[:NAMED]
    if not new or not gone or not delivered & known:
        return ""
    return f" Renamed? New here: {', '.join(new)}. Gone: {', '.join(gone)}."


def bounded(text: str) -> str:
    """Return a name as PostgreSQL can index it: without NUL and half of a surrogate pair, and not too long."""
    return text.encode("utf-8", "backslashreplace").decode().replace("\0", "")[:LONGEST_NAME]


def _changes(known: set[Change], columns: Mapping[str, str], may_lack: bool) -> set[Change]:
    """Return what differs between the known columns and those of an object."""
    if not known:
        return {(name, "first", column_type) for name, column_type in columns.items()}
    there = {name for name, change, _ in known if change != "gone"}
    types = {(name, column_type) for name, _, column_type in known}
    new = {(name, "new", column_type) for name, column_type in columns.items() if name not in there}
    gone = {(name, "gone", "") for name in there - columns.keys() if not may_lack}
    other = {
        (name, "type", column_type)
        for name, column_type in columns.items()
        if name in there and column_type and (name, column_type) not in types
    }
    return new | gone | other
