"""Moves the horizon of the marts, and drops minutes of ``raw`` that no transformation reads any more.

The marts come first: the horizon is an order to the transformation, which hides what is older and computes the hours
again that the horizon has passed. When it has finished, the minutes leave raw, a month in a transaction.
"""

from __future__ import annotations

import logging
from datetime import datetime
from typing import TYPE_CHECKING

from include.cerebro.maintenance.archive import Archive, take_turn
from include.cerebro.maintenance.retention.ranges import Left, resummarize
from include.cerebro.platform.sql import read_sql
from include.cerebro.platform.warehouse import Warehouse

if TYPE_CHECKING:
    from psycopg2.extensions import cursor as Cursor  # noqa: N812 - psycopg2 names its classes in lower case

log = logging.getLogger(__name__)

# Months with readings that leave the marts in one transformation: they leave with their partitions, but where somebody
# reads them all the time, or in a table of an earlier release, their rows are deleted.
MONTHS = 12
# The store takes the file of a day while the transaction waits.
SETTINGS = {"idle_in_transaction_session_timeout": "1h"}


def move_horizon(warehouse: Warehouse, until: datetime | None, dag_run_id: str, months: int = MONTHS) -> bool:
    """Order the transformation to forget readings, some months of them at a time. Idempotent.

    A horizon may go back, too, after a term was raised: as far as raw still has the minutes.

    Args:
        warehouse: the warehouse, whose login owns ``raw``.
        until: the horizon of the marts; None if they are to keep all that raw has.
        dag_run_id: the run.
        months: the months with readings that the horizon passes at most.

    Returns:
        Whether a transformation has something to do.
    """
    with warehouse.connect() as connection, connection.cursor() as cursor:
        parameters = {"horizon": until, "dag_run_id": dag_run_id, "months": months}
        cursor.execute(read_sql("maintenance/retention/move_horizon.sql"), parameters)
        if row := cursor.fetchone():
            log.info("The marts keep readings from %s on; the next run of cerebro_restore forgets older ones", row[0])
        connection.commit()
    return not is_applied(warehouse)


def is_applied(warehouse: Warehouse) -> bool:
    """Return whether a transformation has finished since the horizon moved last."""
    with warehouse.connect() as connection, connection.cursor() as cursor:
        cursor.execute(read_sql("maintenance/retention/is_applied.sql"))
        (applied,) = cursor.fetchone() or (True,)
    return bool(applied)


def drop_minutes(
    warehouse: Warehouse, until: datetime | None, dag_run_id: str, archive: Archive | None = None
) -> dict[str, int]:
    """Drop the minutes of raw before a horizon that the marts have passed. Resumable: a transaction for each month.

    What arrived for such a month since leaves together with the next one.

    Args:
        warehouse: the warehouse, whose login owns ``raw``.
        until: the horizon of the minutes; None keeps all.
        dag_run_id: the run.
        archive: where the minutes are written before a transaction commits; None drops them for good.

    Returns:
        How many months and minutes left.

    Raises:
        NotConservedError: the archive does not hold what is to leave. Nothing of that month has left.
        botocore.exceptions.ClientError: the store of the archive refuses.
    """
    outcome = {"months": 0, "minutes": 0}
    if until is None:
        return outcome
    with warehouse.connect(settings=SETTINGS) as connection, connection.cursor() as cursor:
        while True:
            take_turn(cursor)
            cursor.execute(read_sql("maintenance/retention/next_month.sql"), {"horizon": until})
            row = cursor.fetchone()
            if row is None:
                return outcome
            left = _drop(cursor, row[0], dag_run_id, archive)
            connection.commit()
            log.info("%d minutes before %s have left raw.biometrics", left.minutes, row[0])
            resummarize(connection, left.block_ranges)
            _give_space_back(cursor, row[0])
            outcome["months"] += 1
            outcome["minutes"] += left.minutes


def _drop(cursor: Cursor, until: datetime, dag_run_id: str, archive: Archive | None) -> Left:
    """Let the minutes before a horizon leave, and note it. The caller commits."""
    if archive is None:
        left = _delete(cursor, until)
    else:
        # Imported here: reading a DAG file must not load DuckDB.
        from include.cerebro.maintenance.retention.archive import archive_step

        left = archive_step(cursor, archive, until)
    parameters = {"until": until, "dag_run_id": dag_run_id, "objects": left.objects, "rows": left.minutes}
    cursor.execute(read_sql("maintenance/retention/record_minutes.sql"), parameters)
    return left


def _delete(cursor: Cursor, until: datetime) -> Left:
    """Truncate months, and delete what is in none of its own, or in one that others are reading all the time."""
    cursor.execute(read_sql("maintenance/retention/truncate_months.sql"), {"until": until, "only_empty": False})
    minutes, objects = cursor.fetchone() or (0, 0)
    cursor.execute(read_sql("maintenance/retention/drop_minutes.sql"), {"until": until})
    deleted = Left(*(cursor.fetchone() or (0, 0, None)))
    return Left(minutes + deleted.minutes, objects + deleted.objects, deleted.block_ranges)


def _give_space_back(cursor: Cursor, until: datetime) -> None:
    """Truncate months whose rows were deleted, and drop those without rows, if nobody is reading them."""
    cursor.execute(read_sql("maintenance/retention/truncate_months.sql"), {"until": until, "only_empty": True})
    cursor.connection.commit()
    cursor.execute(read_sql("maintenance/retention/drop_empty_months.sql"), {"until": until})
    cursor.connection.commit()
