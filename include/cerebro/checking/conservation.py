"""The conservation check: every reading that came in is in fact_biometrics, was rejected, erased or retired.

A part of history is counted and merged again in each run, so that changes of the fact by hand are found.
"""

from __future__ import annotations

import logging

from include.cerebro.platform.errors import Fault, FinalError
from include.cerebro.platform.names import TRANSFORMER_ROLE
from include.cerebro.platform.sql import read_sql
from include.cerebro.platform.warehouse import Warehouse

log = logging.getLogger(__name__)

REBUILD = (
    "Rebuild the fact table: dbt build --full-refresh --select fact_biometrics+ "
    '(without Docker: make dbt ARGS="build --full-refresh --select fact_biometrics+")'
)


class ReadingsLostError(FinalError):
    """``fact_biometrics`` has not the readings that were loaded: some are missing, there twice, or changed."""

    fault = Fault.DATA


def check_conservation(warehouse: Warehouse, dag_run_id: str) -> dict[str, int]:
    """Check that every reading that came in is in ``fact_biometrics``, was rejected, or has left it lawfully.

    Lawfully is: with its hero, who was forgotten, or because it is before the horizon of the retention.

    The totals of all of history are compared. A part of history is counted again, hour by hour and hero by hero, and
    the measures of a part are merged again, minute by minute. The counts are written to ``meta.reconciliations``,
    whether they add up or not. Idempotent: a retry overwrites them, and finds the same differences.

    Returns:
        ``readings_in``, ``readings_in_facts``, ``readings_rejected``, ``readings_erased`` and ``readings_retired``.

    Raises:
        ReadingsLostError: the counts do not add up, or measures are not those of the readings.
    """
    with warehouse.connect(TRANSFORMER_ROLE) as connection, connection.cursor() as cursor:
        cursor.execute(read_sql("checking/unbalanced_hours.sql"))
        unbalanced = cursor.fetchall()
        cursor.execute(read_sql("checking/unequal_minutes.sql"))
        unequal = cursor.fetchone()
        cursor.execute(read_sql("checking/conservation.sql"))
        columns = [column.name for column in cursor.description or ()]
        counts: dict[str, int] = dict(zip(columns, cursor.fetchone() or (), strict=True))
        cursor.execute(read_sql("checking/record_reconciliation.sql"), counts | {"dag_run_id": dag_run_id})
        connection.commit()
    difference = counts.pop("difference")
    log.info(
        "%(readings_in)d readings came in: %(readings_in_facts)d in marts.fact_biometrics, "
        "%(readings_rejected)d rejected, %(readings_erased)d erased, %(readings_retired)d retired",
        counts,
    )
    if difference:
        raise ReadingsLostError(
            f"{counts['readings_in']} readings came in, but marts.fact_biometrics holds {counts['readings_in_facts']}, "
            f"{counts['readings_rejected']} were rejected, {counts['readings_erased']} erased and "
            f"{counts['readings_retired']} retired: "
            f"{abs(difference)} are {'missing' if difference > 0 else 'there twice'}. {REBUILD}"
        )
    if unbalanced:
        hero_id, hour_at, expected, found = unbalanced[0]
        raise ReadingsLostError(
            f"marts.fact_biometrics holds other readings than were loaded in {len(unbalanced)} hours of a hero, for "
            f"example {hero_id} from {hour_at:%Y-%m-%d %H:%M} UTC: {found} instead of {expected}. {REBUILD}"
        )
    if unequal:
        hero_id, minute_at, measure, expected, found, values = unequal
        raise ReadingsLostError(
            f"Values of marts.fact_biometrics that are not those of the loaded readings: {values}, for example "
            f"{measure} of {hero_id} at {minute_at:%Y-%m-%d %H:%M} UTC: {found} instead of {expected}. {REBUILD}"
        )
    return counts
