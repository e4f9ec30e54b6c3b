"""Copies from DuckDB straight into PostgreSQL: a binary COPY through a pipe, without Python objects."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
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
    statement = f"copy ({query}) to '/dev/fd/{write_end}' (format postgres_binary)"
    # The reading end is closed before the pool waits: a producer without a reader ends, instead of blocking forever.
    with ThreadPoolExecutor(1, "duckdb-copy") as pool, os.fdopen(read_end, "rb", buffering=0) as source:
        sending = pool.submit(lambda: connection.execute(statement).fetchall())
        # PostgreSQL's input ends when it is known how DuckDB ended.
        sending.add_done_callback(lambda _: os.close(write_end))
        try:
            cursor.copy_expert(copy_statement, source)
        except Exception as error:
            # If DuckDB failed first, PostgreSQL's error about the incomplete input only follows from it.
            failed_first = sending.exception() if sending.done() else None
            raise (failed_first or error) from error
    rows: int = sending.result()[0][0]
    if cursor.rowcount != rows:
        raise NotConservedError(
            f"{rows} rows were to be copied, {cursor.rowcount} arrived. Nothing is committed. "
            "Clear the task to load them again."
        )
    return rows
