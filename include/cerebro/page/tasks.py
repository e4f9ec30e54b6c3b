"""The task that publishes the report."""

from __future__ import annotations

from airflow.sdk import get_current_context, task

from include.cerebro.platform import connections
from include.cerebro.platform.settings import read_settings
from include.cerebro.zones.places import Place


@task(task_display_name="Publish the report", trigger_rule="all_done")
def publish_report() -> str:
    """Write report.html, also after a red run: it shows what is broken. Returns its address."""
    # Imported here: reading a DAG file must not load the page.
    from include.cerebro.page import report

    return report.publish(
        connections.object_store(),
        connections.warehouse(),
        Place.parse(read_settings().reports_bucket),
        get_current_context()["run_id"],
    )
