"""The task that sets up the warehouse."""

from __future__ import annotations

from airflow.sdk import setup as setup_task
from airflow.sdk import task

from include.cerebro.platform import connections
from include.cerebro.platform.settings import read_settings
from include.cerebro.schema import setup
from include.cerebro.schema.suitability import dbt_relations


@setup_task
@task(task_display_name="Prepare the warehouse")
def prepare_warehouse() -> None:
    """Bring roles, schemas and tables to what the project declares. Idempotent.

    It is a setup task: if it fails, no other task of the run begins, not even one that waits for no success. And
    whoever clears a later task clears this one, too, so that no task of a project writes to a warehouse that has been
    handed to a newer one.
    """
    setup.prepare_warehouse(connections.warehouse(), models=dbt_relations(read_settings().dbt_manifest))
