"""The monthly partitions of ``raw.biometrics``: whoever writes minutes adds those of the months that it brings."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

from include.cerebro.platform.names import LOADER_ROLE
from include.cerebro.platform.sql import read_sql
from include.cerebro.platform.warehouse import Warehouse

if TYPE_CHECKING:
    from psycopg2.extensions import cursor as Cursor  # noqa: N812 - psycopg2 names its classes in lower case


def add_months(cursor: Cursor, warehouse: Warehouse, days: Sequence[date]) -> None:
    """Let ``raw.biometrics`` have partitions for minutes of these days, until the end of the cursor's transaction.

    Partitions are added in a transaction of their own, so that other loads that need them do not wait for this one.

    Args:
        cursor: a cursor of the transaction that is going to write the minutes.
        warehouse: its warehouse.
        days: days, in UTC, of the minutes.
    """
    cursor.execute(read_sql("ledger/missing_months.sql"), {"days": list(days)})
    (missing,) = cursor.fetchone() or ([],)
    if missing:
        with warehouse.connect(LOADER_ROLE) as connection, connection.cursor() as other:
            other.execute(read_sql("ledger/add_months.sql"), {"days": missing})
            connection.commit()
