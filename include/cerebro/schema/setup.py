"""Creates the roles, schemas, tables and views of the pipeline itself, or brings those of a release up to date."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Sequence
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple

from include.cerebro.platform.roles import with_prefix
from include.cerebro.platform.sql import read_sql, sql_files
from include.cerebro.platform.warehouse import Warehouse
from include.cerebro.schema.migrations import Migration, read_migrations, schema_version
from include.cerebro.schema.suitability import (
    newer_project,
    refused,
    require_free,
    require_primary,
    require_server_version,
    standby,
)
from include.cerebro.schema.turns import turn

if TYPE_CHECKING:
    from psycopg2.extensions import cursor as Cursor  # noqa: N812 - psycopg2 names its classes in lower case

log = logging.getLogger(__name__)

# Whoever waits for a table that a long query reads holds up the readers behind. This is longer than a dashboard's
# query; a pg_dump of hours does not matter, because ordinary runs change nothing. dbt has the same (profiles.yml).
LOCK_TIMEOUT = timedelta(seconds=30)

# The folders of include/sql with what the pipeline declares: roles, schemas and tables, and the views that show them.
DECLARATIONS = ("schema", "operations")
# The file that creates what is recorded here.
RECORDS = "schema/70_versions.sql"


def prepare_warehouse(warehouse: Warehouse, lock_timeout: timedelta = LOCK_TIMEOUT, models: Sequence[str] = ()) -> None:
    """Bring roles, schemas, tables and views to what this project declares. Idempotent.

    A warehouse that a project has set up before gets the migrations (``include/sql/migrations``) that it is not past,
    each in a transaction of its own, and then the declarations (``include/sql/schema``, ``include/sql/operations``) in
    one. It costs one query, and waits for no lock, if there is nothing to do.

    Args:
        warehouse: the warehouse.
        lock_timeout: how long it waits for each lock.
        models: what dbt builds, as schema.name: nobody else may have anything under these names.

    Raises:
        UnsuitableWarehouseError: a newer project has been there, the server is too old or a standby, the login lacks a
            right, or a name is taken. Nothing was written.
        WarehouseLockedError: a lock was not free in time. Nothing of that transaction was written.
    """
    milliseconds = lock_timeout // timedelta(milliseconds=1)
    settings = {"lock_timeout": f"{milliseconds}ms", "idle_in_transaction_session_timeout": "5min"}
    with warehouse.connect(settings=settings) as connection, connection.cursor() as cursor:
        require_server_version(cursor, warehouse)
        setup = _Setup(cursor, warehouse, lock_timeout)
        state = setup.read_state()
        if state and setup.is_done(state):
            return
        if not state:
            require_primary(cursor, warehouse)
        require_free(cursor, warehouse, setup.declarations.values(), models)
        setup.migrate()
        setup.declare()


def read_declarations(role_prefix: str) -> dict[str, str]:
    """Return the statements that declare what there is, by their file in ``include/sql``, in their order."""
    return {
        f"{folder}/{path.name}": with_prefix(path.read_text("utf-8"), role_prefix)
        for folder in DECLARATIONS
        for path in sql_files(folder)
    }


class _State(NamedTuple):
    """What the warehouse tells of itself: the columns of ``schema/applied/state.sql``."""

    is_standby: bool
    version: int
    migration: str | None
    recorded_at: str | None
    is_current: bool
    migrations: list[str]
    objects: list[str]


class _Found(NamedTuple):
    """The columns of ``schema/applied/found.sql``."""

    is_set_up: bool
    is_recorded: bool


class _Setup:
    """The work on one warehouse."""

    def __init__(self, cursor: Cursor, warehouse: Warehouse, lock_timeout: timedelta) -> None:
        self.cursor = cursor
        self.warehouse = warehouse
        self.lock_timeout = lock_timeout
        prefix = warehouse.role_prefix
        self.declarations = read_declarations(prefix)
        self.checksum = hashlib.sha256("\n".join(self.declarations.values()).encode()).hexdigest()
        self.migrations = read_migrations(prefix)

    def read_state(self) -> _State | None:
        """Return what the warehouse tells of itself; None, with a rollback, if no project has recorded anything in it.

        Raises:
            UnsuitableWarehouseError: it is a standby, or a newer project has been there.
        """
        from psycopg2 import ProgrammingError

        statement = with_prefix(read_sql("schema/applied/state.sql"), self.warehouse.role_prefix)
        try:
            self.cursor.execute(statement, {"checksum": self.checksum})
        except ProgrammingError:
            # The tables are missing, or somebody else's, which require_free tells.
            self.cursor.connection.rollback()
            return None
        state = _State(*(self.cursor.fetchone() or ()))
        if state.is_standby:
            raise standby(self.warehouse)
        if state.version > schema_version(self.migrations):
            known = f"{schema_version(self.migrations)} ({self.migrations[-1].name})"
            found = f"{state.version} ({state.migration}, since {state.recorded_at} UTC)"
            raise newer_project(self.warehouse, found, known)
        return state

    def is_done(self, state: _State) -> bool:
        """Return whether there is nothing to do."""
        return state.is_current and not self.pending(state)

    def pending(self, state: _State) -> list[Migration]:
        """Return the migrations that the warehouse is not past, in their order."""
        return [migration for migration in self.migrations if migration.name not in state.migrations]

    def migrate(self) -> None:
        """Execute the migrations that the warehouse is not past, each in a transaction of its own."""
        with self.turn():
            if not self.found().is_set_up:
                return
            self.execute(RECORDS, self.declarations[RECORDS])
        for migration in self.migrations:
            with self.turn():
                state = self.read_state()
                if state and migration in self.pending(state):
                    self.execute(f"migrations/{migration.name}.sql", migration.statement)
                    self.record(migration, is_executed=True)
                    log.info("Executed include/sql/migrations/%s.sql", migration.name)

    def declare(self) -> None:
        """Execute the declarations. A new warehouse is past all migrations by them."""
        with self.turn():
            before = self.read_state() if self.found().is_recorded else None
            # Another run may have done it meanwhile.
            if before and self.is_done(before):
                return
            for file, statement in self.declarations.items():
                self.execute(file, statement)
            for migration in self.migrations:
                self.record(migration, is_executed=False)
            after = self.read_state()
            applied = {"checksum": self.checksum, "objects": after.objects if after else []}
            self.cursor.execute(read_sql("schema/applied/record.sql"), applied)
        log.info("What the pipeline declares (include/sql/schema, include/sql/operations) is there again")

    def turn(self) -> AbstractContextManager[None]:
        """Return a transaction beside which nobody else sets up the warehouse."""
        return turn(self.cursor, self.warehouse, self.lock_timeout)

    def found(self) -> _Found:
        """Return what was there before."""
        self.cursor.execute(read_sql("schema/applied/found.sql"))
        return _Found(*(self.cursor.fetchone() or ()))

    def record(self, migration: Migration, is_executed: bool) -> None:
        """Record that the warehouse is past a migration, unless it is recorded."""
        version = schema_version(self.migrations)
        row = {"number": migration.number, "name": migration.name, "is_executed": is_executed, "version": version}
        self.cursor.execute(read_sql("schema/applied/record_migration.sql"), row)

    def execute(self, file: str, statement: str) -> None:
        """Execute a file of ``include/sql``.

        Raises:
            UnsuitableWarehouseError: the database refuses it.
        """
        from psycopg2 import IntegrityError, InternalError, ProgrammingError

        try:
            self.cursor.execute(statement)
        except (ProgrammingError, InternalError, IntegrityError) as error:
            raise refused(self.warehouse, file, error) from error
