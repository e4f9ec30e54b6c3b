"""What every run checks at its end, and the answers that it publishes."""

from __future__ import annotations

import logging
from typing import Any

from include.cerebro import ledger, settings
from include.cerebro.sql import read_sql
from include.cerebro.warehouse import Warehouse

log = logging.getLogger(__name__)

ANSWERS = {"The Hulk Factor": "answers/hulk_factor.sql", "Reliability": "answers/reliability.sql"}


class ReadingsLostError(Exception):
    """Readings in the landing zone are neither in fact_biometrics nor rejected (or are there twice)."""


class ObjectsFailedError(Exception):
    """Some objects could not be loaded; all others were."""


def check_conservation(warehouse: Warehouse, dag_run_id: str) -> dict[str, int]:
    """Return how many readings came in, were kept and were rejected, and write them to meta.reconciliations.

    Raises ReadingsLostError if they do not add up; the row is written all the same. A retry writes it again.
    """
    with warehouse.connect(settings.TRANSFORMER_ROLE) as connection, connection.cursor() as cursor:
        cursor.execute(read_sql("checks/conservation.sql"))
        columns = [column.name for column in cursor.description]
        counts = dict(zip(columns, cursor.fetchone(), strict=True))
        cursor.execute(read_sql("checks/record_reconciliation.sql"), counts | {"dag_run_id": dag_run_id})
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


def check_objects(warehouse: Warehouse, dag_run_id: str) -> None:
    """Raise ObjectsFailedError with one line an object if this run could not load them all."""
    with warehouse.connect(settings.LOADER_ROLE) as connection, connection.cursor() as cursor:
        failures = ledger.failures_of_run(cursor, dag_run_id)
    if failures:
        lines = "\n".join(f"  {error}" for _, error in failures)
        raise ObjectsFailedError(
            f"{len(failures)} objects could not be loaded; everything else was loaded and transformed.\n{lines}\n"
            "  All of them, with their history, are in raw.loads (status failed)."
        )
    log.info("Every object of the landing zone is loaded")


def read_answers(warehouse: Warehouse) -> dict[str, dict[str, Any]]:
    """Return the answers to both questions, by title: the first row, by column name. Read with an analyst's rights."""
    answers = {}
    with warehouse.connect(settings.ANALYST_ROLE) as connection, connection.cursor() as cursor:
        for title, name in ANSWERS.items():
            cursor.execute(read_sql(name))
            row = cursor.fetchone()
            columns = [column.name for column in cursor.description]
            answers[title] = dict(zip(columns, row, strict=True)) if row else {}
            shown = ", ".join(f"{column} = {value}" for column, value in answers[title].items())
            log.info("%s: %s", title, shown or "no rows")
    return answers
