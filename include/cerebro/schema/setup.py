"""Creates the roles, schemas and tables that the pipeline itself needs."""

from __future__ import annotations

from include.cerebro.platform.sql import sql_files
from include.cerebro.platform.warehouse import Warehouse

# Runs that set up the warehouse at the same time take turns on this advisory lock.
SETUP_LOCK = 7_237_001


def prepare_warehouse(warehouse: Warehouse) -> None:
    """Create the missing roles, schemas and raw tables (``include/sql/schema``) in one transaction. Idempotent."""
    with warehouse.connect() as connection, connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(%s)", [SETUP_LOCK])
        for path in sql_files("schema"):
            cursor.execute(path.read_text(encoding="utf-8"))
        connection.commit()
