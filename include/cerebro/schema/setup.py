"""Creates the roles, schemas and tables that the pipeline itself needs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from include.cerebro.platform.names import WAREHOUSE_CONN_ID
from include.cerebro.platform.sql import sql_files
from include.cerebro.platform.warehouse import Warehouse

if TYPE_CHECKING:
    from psycopg2.extensions import cursor as Cursor  # noqa: N812 - psycopg2 names its classes in lower case

# Runs that set up the warehouse at the same time take turns on this advisory lock.
SETUP_LOCK = 7_237_001


# What the pipeline and dbt's models use came with PostgreSQL 16.
OLDEST_VERSION = 16


class UnsuitableWarehouseError(RuntimeError):
    """The warehouse's server cannot be used. A retry does not help."""


def prepare_warehouse(warehouse: Warehouse) -> None:
    """Create the missing roles, schemas and raw tables (``include/sql/schema``) in one transaction. Idempotent.

    Raises:
        UnsuitableWarehouseError: the server is too old or a standby. Nothing was written.
    """
    with warehouse.connect() as connection, connection.cursor() as cursor:
        _require_suitable(cursor, warehouse)
        cursor.execute("select pg_advisory_xact_lock(%s)", [SETUP_LOCK])
        for path in sql_files("schema"):
            cursor.execute(path.read_text(encoding="utf-8"))
        connection.commit()


def _require_suitable(cursor: Cursor, warehouse: Warehouse) -> None:
    place = f"The warehouse at {warehouse.host}:{warehouse.port}"
    if cursor.connection.server_version < OLDEST_VERSION * 10_000:
        raise UnsuitableWarehouseError(
            f"{place} is PostgreSQL {cursor.connection.server_version // 10_000}, which is older than "
            f"{OLDEST_VERSION}; nothing was written. Upgrade it, or name another server in Airflow's connection "
            f"'{WAREHOUSE_CONN_ID}'."
        )
    cursor.execute("select pg_is_in_recovery()")
    if cursor.fetchone() == (True,):
        raise UnsuitableWarehouseError(
            f"{place} is a standby, which cannot be written to. Name the primary in Airflow's connection "
            f'\'{WAREHOUSE_CONN_ID}\', or all hosts and "target_session_attrs": "read-write" in its extra.'
        )
