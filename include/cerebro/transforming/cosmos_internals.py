"""Everything that rests on Cosmos' private parts, in one file.

Cosmos' version is pinned. ``tests/dags/test_cosmos_internals.py`` names the parts that are used here and fails when one
of them changes:

- ``cosmos.operators._watcher``: how the producer hands over the status of a model's tests;
- ``BaseConsumerSensor._get_node_status`` and ``._handle_no_dbt_node_status``: the decisions of a model's task;
- ``ProjectConfig.manifest_path``: assigned, because the constructor makes an ObjectStoragePath of it;
- ``DbtProducerWatcherOperator.tests_per_model`` and ``.calculate_openlineage_events_completes``;
- the task ``dbt_producer_watcher_done``, and a task's ``_task_display_name``.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar

from airflow.sdk.exceptions import AirflowException
from cosmos import DbtTaskGroup, ProjectConfig
from cosmos.constants import PRODUCER_WATCHER_TASK_ID
from cosmos.operators._watcher.aggregation import get_tests_status_xcom_key
from cosmos.operators._watcher.state import ProducerTaskState, get_xcom_val, is_dbt_node_status_success
from cosmos.operators.watcher import DbtRunWatcherOperator, DbtSnapshotWatcherOperator

PRODUCER_DONE_TASK_ID = f"{PRODUCER_WATCHER_TASK_ID}_done"


class WithoutArtifacts:
    """Keeps Cosmos from reading dbt's artifacts for OpenLineage: the models' own tasks report their lineage."""

    def calculate_openlineage_events_completes(self, *_: object) -> bool:
        """Skip the artifacts; return that there are no events."""
        return False


class SnapshotWatcher(WithoutArtifacts, DbtSnapshotWatcherOperator):  # type: ignore[misc]  # Cosmos brings no types
    """Waits until dbt has taken a snapshot. A retry takes it alone."""


class ModelWatcher(WithoutArtifacts, DbtRunWatcherOperator):  # type: ignore[misc]  # Cosmos brings no types
    """Waits until dbt has built one model and run its tests. A retry builds and tests that model alone.

    Cosmos in WATCHER mode has a task for a model and another for its tests. A task costs about a second on two cores,
    so here one task stands for both: green when the model is built and its own tests have passed.
    """

    base_cmd: ClassVar[list[str]] = ["build"]

    def __init__(self, *, has_tests: bool, **kwargs: Any) -> None:
        """Create the task.

        Args:
            has_tests: whether the producer reports on tests of this model.
            **kwargs: arguments of Cosmos' operator.
        """
        # A retry must not judge this model by tests of later models: those are not up to date yet.
        super().__init__(indirect_selection="buildable", **kwargs)
        self.has_tests = has_tests

    def _get_node_status(self, ti: Any, context: Any) -> Any:
        """Return the model's status once its tests have finished, or theirs if one of them failed."""
        status = super()._get_node_status(ti, context)
        if not self.has_tests or not is_dbt_node_status_success(status):
            return status
        tests_status = get_xcom_val(ti, self.producer_task_id, get_tests_status_xcom_key(self.model_unique_id))
        if tests_status is not None and not is_dbt_node_status_success(tests_status):
            self.log.error(
                "%s is built, but its tests failed: see the log of %s, or this task's own retry",
                self.model_unique_id,
                self.producer_task_id,
            )
            return tests_status
        return status if tests_status else None

    def _handle_no_dbt_node_status(self, producer_task_state: str | None, try_number: int, context: Any) -> bool:
        """Fail, rather than wait forever, if dbt is done and did not report on the model."""
        # The state was read before the model's status, so a late status would have been seen.
        if producer_task_state == ProducerTaskState.SUCCESS:
            raise AirflowException(
                f"dbt finished without building {self.model_unique_id}: the DAG was made from another manifest than "
                "the project's. Rebuild the manifest: make setup"
            )
        return bool(super()._handle_no_dbt_node_status(producer_task_state, try_number, context))


def project_config(root: Path, manifest: Path, environment: dict[str, str]) -> ProjectConfig:
    """Return the configuration of a dbt project whose manifest is a plain path.

    ``environment``: the environment variables of dbt, templates of Airflow.

    Opening Cosmos' own ObjectStoragePath makes Airflow load all plugins, the page's FastAPI with them: reading the DAG
    file took 0.90 s instead of 0.64 s.
    """
    project = ProjectConfig(root, install_dbt_deps=False, manifest_path=manifest, env_vars=environment)
    project.manifest_path = manifest
    return project


def adjust_producer(group: DbtTaskGroup, tests: dict[str, list[str]]) -> None:
    """Make the producer count each test to the model that it is written under, and leave lineage to the models' tasks.

    Args:
        group: the task group that Cosmos made.
        tests: unique ids of tests by unique id of their model. Cosmos counts a test to every model that it refers to.
    """
    producer = group.children[f"{group.group_id}.{PRODUCER_WATCHER_TASK_ID}"]
    producer.tests_per_model = tests
    producer.calculate_openlineage_events_completes = WithoutArtifacts().calculate_openlineage_events_completes
    # Cosmos creates this task itself and takes no name for it.
    group.children[f"{group.group_id}.{PRODUCER_DONE_TASK_ID}"]._task_display_name = "dbt build is done"
