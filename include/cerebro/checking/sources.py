"""The check of sources: a stale source and too many rejected rows send an alert. The run stays green."""

from __future__ import annotations

import logging
from typing import Any

from include.cerebro.notifications import delivery
from include.cerebro.notifications.alert import Alert
from include.cerebro.orchestration.links import run_url
from include.cerebro.platform.names import TRANSFORMER_ROLE
from include.cerebro.platform.settings import Settings
from include.cerebro.platform.sql import read_sql
from include.cerebro.platform.warehouse import Warehouse

log = logging.getLogger(__name__)


def check_sources(warehouse: Warehouse, dag_id: str, run_id: str, settings: Settings) -> dict[str, list[str]]:
    """Find stale datasets and datasets of which a run rejected too many rows, and send alerts.

    Args:
        warehouse: the warehouse.
        dag_id: the DAG, for the alert's link.
        run_id: the run whose new objects are judged.
        settings: the thresholds, ``stale_after_hours`` and ``quarantine_alert_share``.

    Returns:
        One line a dataset, under ``stale`` and ``rejected``.
    """
    # Imported here: reading a DAG file must not load the driver.
    import psycopg2

    try:
        stale = stale_sources(warehouse, settings)
        rejected = rejected_shares(warehouse, run_id, settings)
    except psycopg2.Error as error:
        # The tasks that need the warehouse fail, and their alert reports it.
        log.warning("The sources were not checked, because the warehouse cannot be read: %s", error)
        return {"stale": [], "rejected": []}
    for line in (*stale, *rejected):
        log.warning("%s", line)
    if not stale and not rejected:
        log.info("No source is stale, and no share of rejected rows is above its threshold")
    if delivery.is_configured():
        url = run_url(dag_id, run_id)
        headline = "Nothing new has come" if stale else "New objects come again"
        delivery.send(Alert("stale", headline, stale, url, about="\n".join(stale)), settings)
        if rejected:
            delivery.send(Alert("rejected", "Too many rows were rejected", rejected, url, about=run_id), settings)
    return {"stale": stale, "rejected": rejected}


def stale_sources(warehouse: Warehouse, settings: Settings) -> list[str]:
    """Return a line for every dataset without a new object for too long."""
    limits = settings.stale_after_hours
    rows = _query(warehouse, "stale_sources", {"datasets": list(limits), "hours": list(limits.values())})
    return [
        f"{dataset}: nothing new since {last_loaded_at:%Y-%m-%d %H:%M} UTC, more than {hours:g} hours. "
        "Ask whoever delivers it."
        for dataset, last_loaded_at, hours in rows
    ]


def rejected_shares(warehouse: Warehouse, run_id: str, settings: Settings) -> list[str]:
    """Return a line for every dataset of which a run rejected too large a share of rows."""
    limits = settings.quarantine_alert_share
    parameters = {"dag_run_id": run_id, "datasets": list(limits), "shares": list(limits.values())}
    return [
        f"{dataset}: {rejected:,} of {rows_in:,} new rows were rejected, more than {share:.0%}; most of them from "
        f"{worst_object}. They are kept in the bucket {settings.quarantine_bucket}, the reasons are in raw.rejections."
        for dataset, rows_in, rejected, share, worst_object in _query(warehouse, "rejected_shares", parameters)
    ]


def _query(warehouse: Warehouse, name: str, parameters: dict[str, Any]) -> list[tuple[Any, ...]]:
    with warehouse.connect(TRANSFORMER_ROLE) as connection, connection.cursor() as cursor:
        cursor.execute(read_sql(f"checking/{name}.sql"), parameters)
        return list(cursor.fetchall())
