"""The load tasks: one for heroes, one for missions, and one for each batch of biometrics."""

from __future__ import annotations

from typing import Any

from airflow.sdk import XComArg
from airflow.sdk.definitions.mappedoperator import MappedOperator

from include.cerebro.landing.assets import LANDING_ZONE
from include.cerebro.loading.operator import LoadOperator
from include.cerebro.orchestration.assets import table
from include.cerebro.platform.settings import read_settings
from include.cerebro.zones.datasets import BIOMETRICS, HEROES, MISSIONS, Dataset


def load_heroes(batches: XComArg) -> LoadOperator:
    """Return the task that loads new hero files."""
    return LoadOperator(
        **_arguments(HEROES), batches=batches, doc_md="Copies every record of the new hero files into raw.heroes."
    )


def load_missions(batches: XComArg) -> LoadOperator:
    """Return the task that loads new mission logs."""
    return LoadOperator(
        **_arguments(MISSIONS), batches=batches, doc_md="Copies every record of the new mission logs into raw.missions."
    )


def load_biometrics(batches: XComArg) -> MappedOperator:
    """Return the mapped task that loads new biometrics, one batch a task."""
    return LoadOperator.partial(
        **_arguments(BIOMETRICS, "load_hours"),
        map_index_template="{{ batch_name }}",
        max_active_tis_per_dag=read_settings().load_tasks,
        doc_md="Aggregates a batch of biometrics objects to one minute in DuckDB and copies the minutes into "
        "raw.biometrics.",
    ).expand(batches=batches)


def _arguments(dataset: Dataset, *extra: str) -> dict[str, Any]:
    """Return a load task's arguments. It also writes the tables ``extra`` of ``raw``."""
    return {
        "task_id": dataset.name,
        "task_display_name": dataset.name.title(),
        "dataset": dataset.name,
        "inlets": [LANDING_ZONE],
        "outlets": [table("raw", name) for name in (dataset.name, *extra, "loads")],
    }
