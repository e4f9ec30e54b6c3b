"""From DuckDB straight into PostgreSQL: a binary COPY through a pipe, without a row of Python in between."""

from __future__ import annotations

import os
import threading
from typing import Any

import duckdb

from include.cerebro.platform.duckdb_session import POSTGRES_SCANNER, load_extension
from include.cerebro.platform.errors import NotConservedError


def binary_copy(
    connection: duckdb.DuckDBPyConnection, query: str, cursor: Any, copy_statement: str, expected_rows: int
) -> None:
    """Run ``query`` in DuckDB and COPY its rows with ``copy_statement`` (``... from stdin (format binary)``).

    The query's columns must have the types of the table's. Commits nothing. If DuckDB fails half-way PostgreSQL sees a
    clean end of its input, so the caller must roll back on any exception: DuckDB's own error, or NotConservedError if
    another number of rows than ``expected_rows`` came through.
    """
    load_extension(connection, POSTGRES_SCANNER)
    read_end, write_end = os.pipe()
    errors: list[BaseException] = []

    def produce() -> None:
        try:
            connection.execute(f"copy ({query}) to '/dev/fd/{write_end}' (format postgres_binary)")
        except BaseException as error:  # noqa: BLE001 - handed to the consumer, which raises it
            errors.append(error)
        finally:
            os.close(write_end)

    producer = threading.Thread(target=produce, name="duckdb-copy")
    producer.start()
    with os.fdopen(read_end, "rb", buffering=0) as source:
        try:
            cursor.copy_expert(copy_statement, source)
        except Exception as error:
            # If DuckDB failed first, PostgreSQL's complaint about the torn input is only the echo of that.
            raise (errors[0] if errors else error) from error
        finally:
            # Closed before the join: a producer that nobody reads from any more must not wait for ever.
            source.close()
            producer.join()
    if errors:
        raise errors[0]
    if cursor.rowcount != expected_rows:
        raise NotConservedError(
            f"{expected_rows} rows were to be copied, {cursor.rowcount} arrived. Nothing is committed."
        )
