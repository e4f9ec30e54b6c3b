"""Our gauges among Airflow's metrics: what waits, readings, rejected share, freshness and latency.

They go where Airflow's own go (``[metrics]``: StatsD or OpenTelemetry), and nowhere if none of these is on.
"""

from __future__ import annotations

import logging

from airflow.sdk.configuration import conf

from include.cerebro.platform.names import TRANSFORMER_ROLE
from include.cerebro.platform.sql import read_sql
from include.cerebro.platform.warehouse import Warehouse

log = logging.getLogger(__name__)

SWITCHES = ("statsd_on", "statsd_datadog_enabled", "otel_on")


def send_gauges(warehouse: Warehouse, dag_run_id: str) -> None:
    """Send the gauges of a run. Logs a warning if that fails; never raises."""
    if not any(conf.getboolean("metrics", switch, fallback=False) for switch in SWITCHES):
        return
    # Imported here: only where metrics are on.
    from airflow.sdk.observability import stats

    try:
        gauges = _read(warehouse, dag_run_id)
        for name, landing_zone, dataset, value in gauges:
            tags = {"landing_zone": landing_zone, "dataset": dataset}
            stats.gauge(f"cerebro.{name}", value, tags={tag: text for tag, text in tags.items() if text})
    except Exception:
        log.warning("The gauges could not be sent", exc_info=True)
        return
    log.info("%d gauges were sent", len(gauges))


def _read(warehouse: Warehouse, dag_run_id: str) -> list[tuple[str, str | None, str | None, float]]:
    """Return name, landing zone, dataset and value of each gauge."""
    with warehouse.connect(TRANSFORMER_ROLE) as connection, connection.cursor() as cursor:
        cursor.execute(read_sql("notifications/gauges.sql"), {"dag_run_id": dag_run_id})
        gauges = [(name, zone, dataset, float(value)) for name, zone, dataset, value in cursor.fetchall()]
        cursor.execute(read_sql("notifications/slow_answers.sql"), {"dag_run_id": dag_run_id, "seconds": 0})
        _, _, most_seconds, _ = cursor.fetchone() or (0, 0, None, None)
    # The slowest object of the run, or of those that have no answer yet.
    return gauges if most_seconds is None else [*gauges, ("answer_seconds", None, None, float(most_seconds))]
