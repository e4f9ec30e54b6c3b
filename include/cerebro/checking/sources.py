"""What people should know of the sources though no run is red for it: stale ones, and too many rejected rows."""

from __future__ import annotations

import logging
from typing import Any

import psycopg2

from include.cerebro.notifications import alerts
from include.cerebro.notifications.alerts import Alert
from include.cerebro.orchestration.links import run_url
from include.cerebro.platform import settings
from include.cerebro.platform.sql import read_sql
from include.cerebro.platform.warehouse import Warehouse

log = logging.getLogger(__name__)


def check_sources(warehouse: Warehouse, dag_id: str, run_id: str) -> dict[str, list[str]]:
    """Return a line for every dataset that is stale, or of which this run rejected too many rows; and tell people.

    Thresholds are CEREBRO_STALE_AFTER_HOURS and CEREBRO_QUARANTINE_ALERT_SHARE.
    """
    try:
        stale, rejected = stale_sources(warehouse), rejected_shares(warehouse, run_id)
    except psycopg2.Error as error:
        # Whoever has to know that is told by the tasks that need the warehouse.
        log.warning("The warehouse cannot say how the sources are: %s", error)
        return {"stale": [], "rejected": []}
    for line in (*stale, *rejected):
        log.warning("%s", line)
    if not stale and not rejected:
        log.info("The sources are fresh, and not too many of this run's rows were rejected")
    if alerts.is_configured():
        url = run_url(dag_id, run_id)
        headline = "Nothing new has come" if stale else "New objects come again"
        alerts.tell(Alert("stale", headline, stale, url, about="\n".join(stale)))
        if rejected:
            alerts.tell(Alert("rejected", "Too many rows were rejected", rejected, url, about=run_id))
    return {"stale": stale, "rejected": rejected}


def stale_sources(warehouse: Warehouse) -> list[str]:
    """Return a line for every dataset of which nothing new was loaded for too long."""
    limits = settings.STALE_AFTER_HOURS
    rows = _ask(warehouse, "stale_sources", {"datasets": list(limits), "hours": list(limits.values())})
    return [
        f"{dataset}: nothing new since {last_loaded_at:%Y-%m-%d %H:%M} UTC, more than {hours:g} hours. "
        "Ask whoever delivers it."
        for dataset, last_loaded_at, hours in rows
    ]


def rejected_shares(warehouse: Warehouse, run_id: str) -> list[str]:
    """Return a line for every dataset of which this run rejected a larger share of rows than it may."""
    limits = settings.QUARANTINE_ALERT_SHARE
    parameters = {"dag_run_id": run_id, "datasets": list(limits), "shares": list(limits.values())}
    return [
        f"{dataset}: {rejected:,} of {rows_in:,} new rows were rejected, more than {share:.0%}; most of them from "
        f"{worst_object}. They are kept in the bucket {settings.QUARANTINE_BUCKET}, the reasons are in raw.rejections."
        for dataset, rows_in, rejected, share, worst_object in _ask(warehouse, "rejected_shares", parameters)
    ]


def _ask(warehouse: Warehouse, name: str, parameters: dict[str, Any]) -> list[tuple[Any, ...]]:
    with warehouse.connect(settings.TRANSFORMER_ROLE) as connection, connection.cursor() as cursor:
        cursor.execute(read_sql(f"checking/{name}.sql"), parameters)
        return list(cursor.fetchall())
