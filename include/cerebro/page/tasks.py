"""The task that publishes the report, and the numbers for a monitoring system."""

from __future__ import annotations

from airflow.sdk import get_current_context, task

from include.cerebro.notifications.gauges import send_gauges
from include.cerebro.platform import connections
from include.cerebro.platform.settings import read_settings
from include.cerebro.zones.places import Place


@task(task_display_name="Publish the report", trigger_rule="all_done")
def publish_report() -> str:
    """Write report.html, also after a red run: it shows what is broken. Returns its address.

    Sends the gauges, too, if Airflow's metrics are on.
    """
    # Imported here: reading a DAG file must not load the page.
    from include.cerebro.page import report

    run_id, warehouse = get_current_context()["run_id"], connections.warehouse()
    send_gauges(warehouse, run_id)
    return report.publish(connections.object_store(), warehouse, Place.parse(read_settings().reports_bucket), run_id)
