"""The tasks around dbt: one decides whether there is anything to transform, the other records what was."""

from __future__ import annotations

import logging
from typing import Any

from airflow.sdk import task

from include.cerebro.platform import connections
from include.cerebro.platform.settings import read_settings
from include.cerebro.transforming import state

log = logging.getLogger(__name__)


@task.short_circuit(
    task_display_name="Anything to transform?", ignore_downstream_trigger_rules=False, trigger_rule="all_done"
)
def anything_to_transform() -> dict[str, Any] | None:
    """Go on to dbt if there are loads that it has not transformed, if a rule changed, or if a table is missing."""
    warehouse = connections.warehouse()
    plan = state.plan(warehouse, read_settings().dbt_manifest)
    for sentence in plan.sentences():
        log.info(sentence)
    state.begin(warehouse, plan)
    return plan.state | {"rebuild": plan.rebuild} if plan.is_needed else None


@task(task_display_name="Note what was built")
def record_transformation(transformed: dict[str, Any]) -> None:
    """Record what was transformed, so that the next run does not transform it again."""
    state.record_transformation(connections.warehouse(), transformed)
