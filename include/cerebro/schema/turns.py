"""Turns of those who set up a warehouse, and who keeps them from their locks."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from threading import Event, Thread
from typing import TYPE_CHECKING, Any

from include.cerebro.platform.sql import read_sql
from include.cerebro.platform.warehouse import Warehouse

if TYPE_CHECKING:
    from psycopg2.extensions import cursor as Cursor  # noqa: N812 - psycopg2 names its classes in lower case

# Runs that set up the warehouse at the same time take turns on this advisory lock.
SETUP_LOCK = 7_237_001


class WarehouseLockedError(RuntimeError):
    """Other sessions hold locks on what has to change. A retry helps once they have ended."""


@contextmanager
def turn(cursor: Cursor, warehouse: Warehouse, lock_timeout: timedelta) -> Iterator[None]:
    """Wait until nobody else sets up the warehouse; commit at the end, which lets the next one go on.

    PostgreSQL tells who holds a lock only while a session waits for it, so a second connection asks meanwhile.

    Raises:
        WarehouseLockedError: a lock was not free in time. Nothing of this turn was written.
    """
    from psycopg2 import errors

    cursor.execute("select pg_backend_pid()")
    (waiting,) = cursor.fetchone() or (0,)
    blockers: list[str] = []
    ended = Event()
    watcher = Thread(target=_watch, args=(warehouse, waiting, lock_timeout / 3, ended, blockers))
    watcher.start()
    try:
        cursor.execute("select pg_advisory_xact_lock(%s)", [SETUP_LOCK])
        yield
        cursor.connection.commit()
    except errors.LockNotAvailable as error:
        held_by = "; ".join(blockers) or "sessions that are not known (see the view pg_locks)"
        raise WarehouseLockedError(
            f"The schema of {warehouse.place[0].lower()}{warehouse.place[1:]} has to change, but a lock was not free "
            f"within {lock_timeout.total_seconds():g} s. It is held by {held_by}. Nothing of this change "
            "was written. Try again when they have ended, or end them: select pg_terminate_backend(<pid>)."
        ) from error
    finally:
        ended.set()
        watcher.join()


def _watch(warehouse: Warehouse, waiting: int, interval: timedelta, ended: Event, blockers: list[str]) -> None:
    """Keep ``blockers`` up to date with the sessions that another one waits for, until it has ended."""
    import psycopg2

    with suppress(psycopg2.Error):
        while not ended.wait(interval.total_seconds()):
            with warehouse.connect() as connection, connection.cursor() as cursor:
                cursor.execute(read_sql("schema/applied/blockers.sql"), {"waiting": waiting})
                blockers[:] = [_described(*session) for session in cursor.fetchall()] or blockers


def _described(pid: int, user: Any, application: Any, since: str | None) -> str:
    transaction = f", in a transaction since {since} UTC" if since else ""
    return f"process {pid} (user {user}, application {application or 'without a name'}{transaction})"
