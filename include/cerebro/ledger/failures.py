"""Objects that could not be loaded, each with its error."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, NamedTuple

from include.cerebro.ledger.objects import Origin, columns
from include.cerebro.platform.names import DEFAULT_LANDING_ZONE
from include.cerebro.platform.object_store import StoredObject
from include.cerebro.platform.sql import read_sql

if TYPE_CHECKING:
    from psycopg2.extensions import cursor as Cursor  # noqa: N812 - psycopg2 names its classes in lower case


class Failure(NamedTuple):
    """An object that is broken now: its landing zone, its key, and the error that names it and says what to do."""

    landing_zone: str
    object_key: str
    error: str

    @property
    def line(self) -> str:
        """The error; it names the landing zone unless that is the default one."""
        return self.error if self.landing_zone == DEFAULT_LANDING_ZONE else f"{self.landing_zone}: {self.error}"


def record_failure(cursor: Cursor, origin: Origin, stored: StoredObject, error: str) -> None:
    """Record that this version of the object cannot be loaded, and why.

    Args:
        cursor: a cursor with the rights of the loader.
        origin: where the object comes from. Without rules_version the next run reads the object again.
        stored: the object.
        error: what is wrong with it and what to do.
    """
    parameters = {
        "object_key": stored.key,
        "etag": stored.etag,
        "size_bytes": stored.size_bytes,
        "landed_at": stored.landed_at or None,
        # PostgreSQL's text holds everything but NUL.
        "error": error.replace("\0", "\\0"),
    }
    cursor.execute(read_sql("ledger/record_failure.sql"), origin._asdict() | parameters)


def known_failures(cursor: Cursor, landing_zone: str, rules_version: str) -> dict[tuple[str, str], bool]:
    """Return key and ETag of every object of a landing zone that is broken as far as the ledger knows.

    The value is true if reading the object again would tell the same.
    """
    parameters = {"landing_zone": landing_zone, "rules_version": rules_version}
    cursor.execute(read_sql("ledger/known_failures.sql"), parameters)
    return {(key, etag): is_told_again for key, etag, is_told_again in cursor.fetchall()}


def resolve(cursor: Cursor, landing_zone: str, gone: Iterable[tuple[str, str]]) -> None:
    """Record that object versions, given by key and ETag, are not broken any more, because they are not there."""
    versions = [StoredObject(key, etag, 0) for key, etag in gone]
    if versions:
        parameters = {"landing_zone": landing_zone} | columns(versions)
        cursor.execute(read_sql("ledger/resolve_failures.sql"), parameters)


def unresolved(cursor: Cursor, landing_zones: Sequence[str]) -> list[Failure]:
    """Return every object of these landing zones that is broken now."""
    cursor.execute(read_sql("ledger/unresolved_failures.sql"), {"landing_zones": list(landing_zones)})
    return [Failure(*row) for row in cursor.fetchall()]
