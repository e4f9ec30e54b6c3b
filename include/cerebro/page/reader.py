"""Reads the warehouse for the page: as an analyst, read-only, with a timeout; and explains why it cannot be read."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from typing import Any

import psycopg2
from psycopg2 import errors, sql
from psycopg2.extensions import connection
from psycopg2.extras import RealDictCursor

from include.cerebro.platform.names import ANALYST_ROLE, WAREHOUSE_CONN_ID
from include.cerebro.platform.sql import read_sql
from include.cerebro.platform.warehouse import Warehouse

# On a year (100 heroes, 52 million minutes, 100,000 objects) the slowest query took 0.4 s on two busy cores, and the
# whole page 0.4-0.9 s: what takes longer than this is stuck.
STATEMENT_TIMEOUT = "5s"

# A row by column name. A value has the type that psycopg2 gives to its column.
Row = dict[str, Any]


class UnreadableWarehouseError(Exception):
    """Something cannot be read from the warehouse; the message says why and what to do."""


class Reader:
    """Runs queries on one read-only connection."""

    def __init__(self, connection: connection, warehouse: Warehouse, role: str, statement_timeout: str) -> None:
        self._connection = connection
        self._warehouse = warehouse
        self._role = role
        self._statement_timeout = statement_timeout

    def rows(self, name: str, role: str | None = None, /, **parameters: object) -> list[Row]:
        """Return the rows of ``include/sql/page/<name>.sql``.

        Args:
            name: the name of the file.
            role: whose rights the query has; none means those of the reader.
            **parameters: the query's parameters.

        Raises:
            UnreadableWarehouseError: the query failed or took too long.
        """
        return self.query(read_sql(f"page/{name}.sql"), role, **parameters)

    def query(self, statement: str, role: str | None = None, /, **parameters: object) -> list[Row]:
        """Return the rows of a statement, with ``%(name)s`` for its parameters. Otherwise as ``rows``."""
        role = self._warehouse.role(role) if role else self._role
        try:
            with self._connection.cursor(cursor_factory=RealDictCursor) as cursor:
                if role != self._role:
                    cursor.execute(sql.SQL("set local role {}").format(sql.Identifier(role)))
                cursor.execute(statement, parameters)
                return [dict(row) for row in cursor]
        except psycopg2.Error as error:
            raise _unreadable(error, role, self._statement_timeout) from error
        finally:
            # One transaction a query: one that fails does not abort the others.
            if not self._connection.closed:
                self._connection.rollback()

    @cached_property
    def heroes(self) -> list[Row]:
        """The heroes with readings, which several sections need."""
        return self.rows("heroes")


@contextmanager
def open_reader(
    warehouse: Warehouse, role: str = ANALYST_ROLE, statement_timeout: str = STATEMENT_TIMEOUT
) -> Iterator[Reader]:
    """Connect to the warehouse for reading.

    Args:
        warehouse: the warehouse to read.
        role: the role whose rights the queries have.
        statement_timeout: how long a query may take, as PostgreSQL writes it, for example ``5s``.

    Raises:
        UnreadableWarehouseError: there is no connection, or no such role.
    """
    role = warehouse.role(role)
    try:
        # Compiling takes longer than any of these queries.
        settings = {"statement_timeout": statement_timeout, "jit": "off"}
        with warehouse.connect(role, settings) as connection:
            connection.set_session(readonly=True)
            reader = Reader(connection, warehouse, role, statement_timeout)
            # A missing role is noticed here.
            reader.query("select 1")
            yield reader
    except psycopg2.Error as error:
        raise _unreadable(error, role, statement_timeout) from error


def _unreadable(error: psycopg2.Error, role: str, statement_timeout: str) -> UnreadableWarehouseError:
    """The error of the page for an error of the warehouse: what it means here, and what to do."""
    match error:
        case errors.QueryCanceled():
            message = f"The warehouse took longer than {statement_timeout} to answer. Try again in a minute."
        case errors.UndefinedTable() | errors.InvalidSchemaName() | errors.UndefinedColumn():
            message = (
                "The tables are not there yet: no run has made them. Trigger cerebro_sample_data to try it out, or "
                "cerebro_restore if the landing zone is filled."
            )
        case errors.InvalidParameterValue() | errors.UndefinedObject():
            message = (
                f"The role {role} is not there yet: the warehouse was never prepared. Trigger cerebro_sample_data to "
                "try it out, or cerebro_restore if the landing zone is filled."
            )
        case errors.InsufficientPrivilege():
            message = (
                f"The role {role} may not read it, though it may read all that a run makes (prepare_warehouse sees to "
                f"that): somebody revoked it. Grant it again: grant select on all tables in schema marts, analytics, "
                f"operations to {role}."
            )
        case psycopg2.OperationalError():
            # Never the error's own text: it may hold the address and the user.
            message = (
                "The warehouse does not answer. Is PostgreSQL running, and is Airflow's connection "
                f"'{WAREHOUSE_CONN_ID}' right?"
            )
        case _:
            message = f"The query failed ({type(error).__name__}). The log of the API server has the reason."
    return UnreadableWarehouseError(message)
