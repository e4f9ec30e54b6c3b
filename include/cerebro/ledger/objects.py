"""The objects that rows of the ledger are about: where they come from, and which of them are new."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from include.cerebro.platform.object_store import StoredObject
from include.cerebro.platform.sql import read_sql

if TYPE_CHECKING:
    from psycopg2.extensions import cursor as Cursor  # noqa: N812 - psycopg2 names its classes in lower case


class Origin(NamedTuple):
    """What a load's objects have in common.

    Attributes:
        landing_zone: the name of their landing zone.
        dataset: the name of their dataset.
        rules_version: the version of the rules that judge them.
        dag_run_id: the run that loads them.
    """

    landing_zone: str
    dataset: str
    rules_version: str | None = None
    dag_run_id: str | None = None


def columns(objects: Sequence[StoredObject]) -> dict[str, list[Any]]:
    """Return the objects as the arrays that the ledger's queries take."""
    return {
        "object_keys": [stored.key for stored in objects],
        "etags": [stored.etag for stored in objects],
        "sizes": [stored.size_bytes for stored in objects],
        "landed_at": [stored.landed_at or None for stored in objects],
        "replaces": [stored.replaces for stored in objects],
    }


def new_objects(cursor: Cursor, landing_zone: str, listed: Sequence[StoredObject]) -> list[StoredObject]:
    """Return the listed objects whose ETag is not that of the last load, or duplicate, of their key, sorted by key.

    An object that replaces a load is new as long as that load is the last one of its key.
    """
    cursor.execute(read_sql("ledger/new_objects.sql"), {"landing_zone": landing_zone} | columns(listed))
    by_key = {stored.key: stored for stored in listed}
    return [by_key[key] for (key,) in cursor.fetchall()]
