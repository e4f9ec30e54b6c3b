"""Reads the warehouse for the page: as an analyst, only reading, never for long; and what to say if that fails."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from typing import Any

import psycopg2
from psycopg2 import errors

from include.cerebro.platform import names
from include.cerebro.platform.sql import read_sql
from include.cerebro.platform.warehouse import Warehouse

# On a year (100 heroes, 52 million minutes, 100,000 objects) the slowest query took 0.4 s on two busy cores, and the
# whole page 0.4-0.9 s: what takes longer than this is stuck.
STATEMENT_TIMEOUT = "5s"


class CannotShowError(Exception):
    """Something cannot be shown; the message says why, and what to do."""


class Reader:
    """Runs the queries of ``include/sql/page`` on one read-only connection."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection

    def rows(self, name: str, **parameters: Any) -> list[dict[str, Any]]:
        """Return the rows of ``include/sql/page/<name>.sql``, each by column name.

        Raises CannotShowError, in words for a person, if the warehouse has no answer.
        """
        try:
            with self._connection.cursor() as cursor:
                cursor.execute(read_sql(f"page/{name}.sql"), parameters)
                columns = [column.name for column in cursor.description]
                return [dict(zip(columns, row, strict=True)) for row in cursor.fetchall()]
        except psycopg2.Error as error:
            raise CannotShowError(explain(error)) from error

    @cached_property
    def heroes(self) -> list[dict[str, Any]]:
        """The heroes with readings: several sections need them."""
        return self.rows("heroes")


@contextmanager
def open_reader(warehouse: Warehouse) -> Iterator[Reader]:
    """Connect with the rights of ``cerebro_analyst``. Raises CannotShowError if there is no way in."""
    try:
        with warehouse.connect(names.ANALYST_ROLE) as connection:
            # Each query on its own: one that fails takes no other with it.
            connection.set_session(readonly=True, autocommit=True)
            with connection.cursor() as cursor:
                cursor.execute("select set_config('statement_timeout', %s, false)", [STATEMENT_TIMEOUT])
                # Compiling takes longer than any of these queries.
                cursor.execute("set jit = off")
            yield Reader(connection)
    except psycopg2.Error as error:
        raise CannotShowError(explain(error)) from error


def explain(error: psycopg2.Error) -> str:
    """Say what an error of the warehouse means here, and what to do about it."""
    if isinstance(error, errors.QueryCanceled):
        return f"The warehouse took longer than {STATEMENT_TIMEOUT} to answer. Is it busy? Try again in a minute."
    if isinstance(error, errors.UndefinedTable | errors.InvalidSchemaName | errors.UndefinedColumn):
        return (
            "Its tables are not there yet: dbt has not built them. Trigger cerebro_sample_data to try it out, or "
            "cerebro_restore if the landing zone is filled."
        )
    if isinstance(error, errors.InvalidParameterValue | errors.UndefinedObject):
        return (
            f"The role {names.ANALYST_ROLE} is not there yet: the warehouse was never prepared. Trigger "
            "cerebro_sample_data to try it out, or cerebro_restore if the landing zone is filled."
        )
    if isinstance(error, errors.InsufficientPrivilege):
        return (
            f"{names.ANALYST_ROLE} may not read it. The models' grants are made when dbt builds them: run "
            "dbt build (without Docker: make dbt ARGS=build)."
        )
    if isinstance(error, psycopg2.OperationalError):
        # Never the error's own text: it may hold the address and the user.
        return (
            "The warehouse does not answer. Is PostgreSQL running, and is Airflow's connection "
            f"'{names.WAREHOUSE_CONN_ID}' right?"
        )
    return f"The warehouse could not answer ({type(error).__name__}). The API server's log has the reason."
