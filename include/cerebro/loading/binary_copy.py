"""Copies from DuckDB straight into PostgreSQL: a binary COPY through a pipe, without Python objects."""

from __future__ import annotations

import os
import threading
from typing import TYPE_CHECKING

import duckdb

from include.cerebro.platform.errors import NotConservedError

if TYPE_CHECKING:
    from psycopg2.extensions import cursor as Cursor  # noqa: N812 - psycopg2 names its classes in lower case


def binary_copy(connection: duckdb.DuckDBPyConnection, query: str, cursor: Cursor, copy_statement: str) -> int:
    """Run a query in DuckDB, COPY its rows and return their number. Commits nothing.

    If DuckDB fails half-way, PostgreSQL sees a clean end of its input: the caller must roll back on any exception.

    Args:
        connection: a connection of a ``duckdb_session``.
        query: a query whose columns have the types of the table's.
        cursor: the PostgreSQL cursor.
        copy_statement: ``copy ... from stdin (format binary)``.

    Raises:
        duckdb.Error: the query failed.
        NotConservedError: not as many rows arrived as the query has.
    """
    read_end, write_end = os.pipe()
    errors: list[BaseException] = []
    sent: list[tuple[int]] = []

    def produce() -> None:
        try:
            statement = f"copy ({query}) to '/dev/fd/{write_end}' (format postgres_binary)"
            sent.extend(connection.execute(statement).fetchall())
        except BaseException as error:  # noqa: BLE001 - the consumer raises it
            errors.append(error)
        finally:
            os.close(write_end)

    producer = threading.Thread(target=produce, name="duckdb-copy")
    producer.start()
    with os.fdopen(read_end, "rb", buffering=0) as source:
        try:
            cursor.copy_expert(copy_statement, source)
        except Exception as error:
            # If DuckDB failed first, PostgreSQL's error about the incomplete input only follows from it.
            raise (errors[0] if errors else error) from error
        finally:
            # Closed before the join: a producer without a reader must not block forever.
            source.close()
            producer.join()
    if errors:
        raise errors[0]
    ((rows,),) = sent
    if cursor.rowcount != rows:
        raise NotConservedError(
            f"{rows} rows were to be copied, {cursor.rowcount} arrived. Nothing is committed. "
            "Clear the task to load them again."
        )
    return rows
