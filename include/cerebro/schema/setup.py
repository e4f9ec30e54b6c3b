"""Creates the roles, schemas and tables that the pipeline itself needs."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import timedelta
from threading import Event, Thread
from typing import TYPE_CHECKING, Any

from include.cerebro.platform.errors import first_line
from include.cerebro.platform.roles import with_prefix
from include.cerebro.platform.sql import read_sql, sql_files
from include.cerebro.platform.warehouse import Warehouse
from include.cerebro.schema.suitability import UnsuitableWarehouseError, require_free, require_version

if TYPE_CHECKING:
    from psycopg2.extensions import cursor as Cursor  # noqa: N812 - psycopg2 names its classes in lower case

log = logging.getLogger(__name__)

# Runs that set up the warehouse at the same time take turns on this advisory lock.
SETUP_LOCK = 7_237_001

# Whoever waits for a table that a long query reads holds up the readers behind. This is longer than a dashboard's
# query; a pg_dump of hours does not matter, because ordinary runs change nothing. dbt has the same (profiles.yml).
LOCK_TIMEOUT = timedelta(seconds=30)


class WarehouseLockedError(RuntimeError):
    """Other sessions hold locks on what has to change. Nothing was written. A retry helps once they have ended."""


def prepare_warehouse(warehouse: Warehouse, lock_timeout: timedelta = LOCK_TIMEOUT, models: Sequence[str] = ()) -> None:
    """Create the missing roles, schemas and raw tables (``include/sql/schema``) in one transaction. Idempotent.

    It writes and locks nothing if the files were executed before, and nothing of what they create is missing.

    Args:
        warehouse: the warehouse.
        lock_timeout: how long it waits for each lock.
        models: what dbt builds, as schema.name: nobody else may have anything under these names.

    Raises:
        UnsuitableWarehouseError: the server is too old or a standby, the login lacks a right, or a name is taken.
            Nothing was written.
        WarehouseLockedError: a lock was not free in time. Nothing was written.
    """
    prefix = warehouse.role_prefix
    statements = {path.name: with_prefix(path.read_text(encoding="utf-8"), prefix) for path in sql_files("schema")}
    checksum = hashlib.sha256("\n".join(statements.values()).encode()).hexdigest()
    milliseconds = lock_timeout // timedelta(milliseconds=1)
    settings = {"lock_timeout": f"{milliseconds}ms", "idle_in_transaction_session_timeout": "5min"}
    with warehouse.connect(settings=settings) as connection, connection.cursor() as cursor:
        require_version(cursor, warehouse)
        if _is_applied(cursor, checksum, prefix):
            return
        require_free(cursor, warehouse, statements.values(), models)
        with _blockers_named(cursor, warehouse, lock_timeout):
            cursor.execute("select pg_advisory_xact_lock(%s)", [SETUP_LOCK])
            # Another run may have done it meanwhile.
            if _is_applied(cursor, checksum, prefix):
                return
            for name, statement in statements.items():
                with _refusal_explained(warehouse, name):
                    cursor.execute(statement)
            applied = {"checksum": checksum, "objects": _objects(cursor, prefix)}
            cursor.execute(read_sql("schema/applied/record.sql"), applied)
            connection.commit()
        log.info("Roles, schemas and tables of the pipeline are those of include/sql/schema again")


@contextmanager
def _refusal_explained(warehouse: Warehouse, name: str) -> Iterator[None]:
    """Turn a statement that the database refuses into an error that says what to do."""
    from psycopg2 import ProgrammingError

    try:
        yield
    except ProgrammingError as error:
        raise UnsuitableWarehouseError(
            f"{warehouse.place} (Airflow's connection '{warehouse.conn_id}') cannot be set up: {first_line(error)} "
            f"(in include/sql/schema/{name}); nothing was written. Something else is in the database under a name of "
            "the pipeline: rename or drop it, or name another database as schema of the connection."
        ) from error


def _is_applied(cursor: Cursor, checksum: str, prefix: str) -> bool:
    """Return whether these statements were executed last, and what they create is still there."""
    cursor.execute(read_sql("schema/applied/exists.sql"))
    if cursor.fetchone() != (True,):
        return False
    current = {"checksum": checksum, "objects": _objects(cursor, prefix)}
    cursor.execute(read_sql("schema/applied/is_current.sql"), current)
    return cursor.fetchone() == (True,)


def _objects(cursor: Cursor, prefix: str) -> list[str]:
    cursor.execute(with_prefix(read_sql("schema/applied/objects.sql"), prefix))
    (objects,) = cursor.fetchone() or ([],)
    return objects or []


@contextmanager
def _blockers_named(cursor: Cursor, warehouse: Warehouse, lock_timeout: timedelta) -> Iterator[None]:
    """Turn a lock that was not free in time into an error that names who holds it.

    PostgreSQL tells that only while a session waits, so a second connection asks for it meanwhile.
    """
    from psycopg2 import errors

    cursor.execute("select pg_backend_pid()")
    (waiting,) = cursor.fetchone() or (0,)
    blockers: list[str] = []
    ended = Event()
    watcher = Thread(target=_watch, args=(warehouse, waiting, lock_timeout / 3, ended, blockers))
    watcher.start()
    try:
        yield
    except errors.LockNotAvailable as error:
        held_by = "; ".join(blockers) or "sessions that are not known (see the view pg_locks)"
        raise WarehouseLockedError(
            f"The schema of {warehouse.place[0].lower()}{warehouse.place[1:]} has to change, but a lock was not free "
            f"within {lock_timeout.total_seconds():g} s. It is held by {held_by}. Nothing was written. Try again when "
            "they have ended, or end them: select pg_terminate_backend(<pid>)."
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
