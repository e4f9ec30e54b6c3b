"""What each run found in each landing zone: ``meta.listings``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from include.cerebro.platform.sql import read_sql

if TYPE_CHECKING:
    from psycopg2.extensions import cursor as Cursor  # noqa: N812 - psycopg2 names its classes in lower case


class Listing(NamedTuple):
    """What discovery found in a landing zone.

    Attributes:
        landing_zone: the name of the landing zone.
        objects: objects that belong to a dataset.
        new_objects: those of them that the run loads.
        unrecognised: objects that belong to none, and are no other program's working files.
        examples: some of their keys.
        notes: what else there is to say, for example about a table format.
        error: why the landing zone could not be listed.
        objects_waiting: new objects that the run leaves to the next one.
        bytes_waiting: their bytes.
        objects_untold: new objects that a scheduled run found, and that no watcher told of.
        is_of_today: whether the landing zone was listed in full within a day.
    """

    landing_zone: str
    objects: int = 0
    new_objects: int = 0
    unrecognised: int = 0
    examples: Sequence[str] = ()
    notes: Sequence[str] = ()
    error: str | None = None
    objects_waiting: int = 0
    bytes_waiting: int = 0
    objects_untold: int = 0
    is_of_today: bool = False


def record_listing(cursor: Cursor, dag_run_id: str, listing: Listing) -> None:
    """Write what a run found in a landing zone."""
    parameters = listing._asdict() | {
        "dag_run_id": dag_run_id,
        "examples": list(listing.examples),
        "notes": list(listing.notes),
    }
    cursor.execute(read_sql("ledger/record_listing.sql"), parameters)


def repeat_listing(cursor: Cursor, dag_run_id: str, listing: Listing) -> None:
    """Write that a run has gone on with what the last listing left: its counts, and what is taken and waits now."""
    cursor.execute(read_sql("ledger/repeat_listing.sql"), listing._asdict() | {"dag_run_id": dag_run_id})


def last_listing(cursor: Cursor, landing_zone: str) -> Listing | None:
    """Return what the last listing of a landing zone found, and what of it waits now; None if none was made."""
    cursor.execute(read_sql("ledger/last_listing.sql"), {"landing_zone": landing_zone})
    row = cursor.fetchone()
    if not row:
        return None
    objects, notes, error, objects_waiting, is_of_today = row
    return Listing(
        landing_zone,
        objects=objects,
        notes=notes,
        error=error,
        objects_waiting=objects_waiting,
        is_of_today=is_of_today,
    )


def listings_of_run(cursor: Cursor, dag_run_id: str) -> list[Listing]:
    """Return what a run found in each landing zone; the counts of recognised objects are left out."""
    cursor.execute(read_sql("ledger/listings_of_run.sql"), {"dag_run_id": dag_run_id})
    return [
        Listing(
            landing_zone,
            unrecognised=unrecognised,
            examples=examples,
            notes=notes,
            error=error,
            objects_waiting=objects_waiting,
            bytes_waiting=bytes_waiting,
        )
        for landing_zone, unrecognised, examples, notes, error, objects_waiting, bytes_waiting in cursor.fetchall()
    ]
