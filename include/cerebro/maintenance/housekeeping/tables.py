"""Vacuums the tables that autovacuum comes to late."""

from __future__ import annotations

import logging

from include.cerebro.platform.sql import read_sql
from include.cerebro.platform.warehouse import Warehouse

log = logging.getLogger(__name__)


def vacuum(warehouse: Warehouse) -> list[str]:
    """Vacuum and analyze the tables that have changed much: by more than a fiftieth. It waits for no lock.

    Autovacuum waits for a fifth. VACUUM removes dead rows, summarizes new block ranges of BRIN indexes, and marks pages
    as visible for index-only scans. It stops neither readers nor writers.

    Returns:
        The names of the tables, as schema.name.
    """
    from psycopg2 import extensions

    with warehouse.connect() as connection, connection.cursor() as cursor:
        cursor.execute(read_sql("maintenance/housekeeping/changed_tables.sql"))
        commands = cursor.fetchall()
        connection.rollback()
        # VACUUM refuses to run in a transaction, and a cursor of the connection's own class begins one.
        connection.autocommit = True
        with extensions.cursor(connection) as plain:
            for table, command in commands:
                plain.execute(f"{command} {table}")
        for notice in connection.notices:
            log.info(notice.strip())
    return [table for table, _ in commands]
