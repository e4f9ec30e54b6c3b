"""The task that sets up the warehouse."""

from __future__ import annotations

from airflow.sdk import task

from include.cerebro.platform import connections
from include.cerebro.platform.settings import read_settings
from include.cerebro.schema import setup
from include.cerebro.schema.suitability import dbt_relations


@task(task_display_name="Prepare the warehouse")
def prepare_warehouse() -> None:
    """Create what is missing of roles, schemas and raw tables. Idempotent."""
    setup.prepare_warehouse(connections.warehouse(), models=dbt_relations(read_settings().dbt_manifest))
