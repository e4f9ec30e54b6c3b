"""The conservation check: every reading that came in is in fact_biometrics or was rejected."""

from __future__ import annotations

import logging

from include.cerebro.platform import settings
from include.cerebro.platform.sql import read_sql
from include.cerebro.platform.warehouse import Warehouse

log = logging.getLogger(__name__)


class ReadingsLostError(Exception):
    """Readings in the landing zone are neither in fact_biometrics nor rejected (or are there twice)."""


def check_conservation(warehouse: Warehouse, dag_run_id: str) -> dict[str, int]:
    """Return how many readings came in, were kept and were rejected, and write them to meta.reconciliations.

    Raises ReadingsLostError if they do not add up; the row is written all the same. A retry writes it again.
    """
    with warehouse.connect(settings.TRANSFORMER_ROLE) as connection, connection.cursor() as cursor:
        cursor.execute(read_sql("checking/conservation.sql"))
        columns = [column.name for column in cursor.description]
        counts = dict(zip(columns, cursor.fetchone(), strict=True))
        cursor.execute(read_sql("checking/record_reconciliation.sql"), counts | {"dag_run_id": dag_run_id})
        connection.commit()
    difference = counts.pop("difference")
    log.info(
        "%(readings_in)d readings came in: %(readings_in_facts)d in marts.fact_biometrics, "
        "%(readings_rejected)d rejected",
        counts,
    )
    if difference:
        raise ReadingsLostError(
            f"{counts['readings_in']} readings came in, but marts.fact_biometrics holds {counts['readings_in_facts']} "
            f"and {counts['readings_rejected']} were rejected: "
            f"{abs(difference)} are {'missing' if difference > 0 else 'there twice'}. "
            "Build the fact table anew: dbt build --full-refresh --select fact_biometrics+ "
            '(without Docker: make dbt ARGS="build --full-refresh --select fact_biometrics+")'
        )
    return counts
