"""Waits until a warehouse has what was delivered."""

from __future__ import annotations

import time
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

from include.cerebro.platform.warehouse import Warehouse
from local.run import RUN_TIMEOUT

SQL = Path(__file__).with_name("sql")
POLL_SECONDS = 0.1


def wait_for_count(warehouse: Warehouse, role: str, name: str, parameters: Mapping[str, object], count: int) -> float:
    """Return the seconds until a query counts so many rows.

    Args:
        warehouse: where the rows arrive.
        role: reads them.
        name: of the query in ``bench/sql``, whose one row is a number.
        parameters: those of the query.
        count: the number that ends the wait.

    Raises:
        TimeoutError: it is another number after ``RUN_TIMEOUT`` seconds.
    """
    query = (SQL / f"{name}.sql").read_text(encoding="utf-8")
    started = time.monotonic()
    with warehouse.connect(role) as connection, closing(connection.cursor()) as cursor:
        while time.monotonic() < started + RUN_TIMEOUT:
            cursor.execute(query, parameters)
            if cursor.fetchone() == (count,):
                return time.monotonic() - started
            connection.rollback()
            time.sleep(POLL_SECONDS)
    raise TimeoutError(f"{name}.sql does not count {count:,} after {RUN_TIMEOUT} s: {dict(parameters)}")
