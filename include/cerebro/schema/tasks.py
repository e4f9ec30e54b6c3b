"""The task that sets up the warehouse."""

from __future__ import annotations

from airflow.sdk import task

from include.cerebro.platform import connections
from include.cerebro.schema import setup


@task(task_display_name="Prepare the warehouse")
def prepare_warehouse() -> None:
    """Create what is missing of roles, schemas and raw tables. Idempotent."""
    setup.prepare_warehouse(connections.warehouse())
