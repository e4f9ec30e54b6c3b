"""Copies minutes, and the hours and instants that go with them, from DuckDB into ``raw``.

Minutes take no other way: the partitions of their months, without which PostgreSQL refuses them, are added here.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

import duckdb

from include.cerebro.loading.binary_copy import binary_copy
from include.cerebro.platform.names import LOADER_ROLE
from include.cerebro.platform.sql import read_sql
from include.cerebro.platform.warehouse import Warehouse

if TYPE_CHECKING:
    from psycopg2.extensions import cursor as Cursor  # noqa: N812 - psycopg2 names its classes in lower case


def copy_minutes(
    duck: duckdb.DuckDBPyConnection,
    query: str,
    cursor: Cursor,
    warehouse: Warehouse,
    days: Sequence[date],
    tables: str = "raw.",
) -> int:
    """COPY the rows of a query into ``raw.biometrics``, and return their number. Commits none of them.

    Args:
        duck: a connection of a ``duckdb_session``.
        query: a query in DuckDB, with the columns of the table.
        cursor: a cursor of the transaction that the ledger rows are in.
        warehouse: its warehouse.
        days: days, in UTC, of the minutes; none if ``add_months`` was given them in this transaction.
        tables: what the table's name begins with, if they wait in a temporary one to be inserted by a statement.
    """
    if days:
        add_months(cursor, warehouse, days)
    return _copy(duck, query, cursor, "minutes", tables)


def copy_hours(duck: duckdb.DuckDBPyConnection, query: str, cursor: Cursor, tables: str = "raw.") -> int:
    """COPY the rows of a query into ``raw.load_hours`` likewise."""
    return _copy(duck, query, cursor, "hours", tables)


def copy_instants(duck: duckdb.DuckDBPyConnection, query: str, cursor: Cursor) -> int:
    """COPY the rows of a query into ``raw.instants`` likewise."""
    return _copy(duck, query, cursor, "instants")


def add_months(cursor: Cursor, warehouse: Warehouse, days: Sequence[date]) -> None:
    """Let ``raw.biometrics`` have partitions for minutes of these days, until the end of the cursor's transaction.

    Partitions are added in a transaction of their own, so that other loads that need them do not wait for this one.
    """
    cursor.execute(read_sql("ledger/missing_months.sql"), {"days": list(days)})
    (missing,) = cursor.fetchone() or ([],)
    if missing:
        with warehouse.connect(LOADER_ROLE) as connection, connection.cursor() as other:
            other.execute(read_sql("ledger/add_months.sql"), {"days": missing})
            connection.commit()


def _copy(duck: duckdb.DuckDBPyConnection, query: str, cursor: Cursor, what: str, tables: str = "raw.") -> int:
    statement = read_sql(f"loading/biometrics/copy_{what}.sql").replace("copy raw.", f"copy {tables}")
    return binary_copy(duck, query, cursor, statement)
