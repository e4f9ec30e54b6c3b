"""The tasks around dbt: one decides whether there is anything to transform, the other records what was."""

from __future__ import annotations

from typing import Any

from airflow.sdk import task

from include.cerebro.platform import connections
from include.cerebro.platform.settings import read_settings
from include.cerebro.transforming import state


@task.short_circuit(
    task_display_name="Anything to transform?", ignore_downstream_trigger_rules=False, trigger_rule="all_done"
)
def anything_to_transform() -> dict[str, Any] | None:
    """Go on to dbt if there are loads that it has not transformed, if the project changed, or if a table is missing."""
    return state.transformation_needed(connections.warehouse(), read_settings().dbt_manifest)


@task(task_display_name="Note what was built")
def record_transformation(transformed: dict[str, Any]) -> None:
    """Record what was transformed, so that the next run does not transform it again."""
    state.record_transformation(connections.warehouse(), transformed)
