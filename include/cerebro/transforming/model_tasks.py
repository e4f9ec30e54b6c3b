"""One Airflow task for one dbt model and its tests, following the one dbt process that builds them all.

Cosmos in WATCHER mode has a task for a model and another for its tests. Started on two cores, each task costs about a
second, so here one task stands for both: green when the model is built and all of its own tests have passed. A test
belongs to the model that it is written under, not to every model that it refers to: a broken fact table must not turn
its dimensions red.

Rests on internals of Cosmos (the version is pinned): where the producer leaves the outcome of a model's tests.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from airflow.sdk.exceptions import AirflowException
from cosmos.operators._watcher.aggregation import get_tests_status_xcom_key
from cosmos.operators._watcher.state import ProducerTaskState, get_xcom_val, is_dbt_node_status_success
from cosmos.operators.watcher import DbtRunWatcherOperator, DbtSnapshotWatcherOperator

from include.cerebro.orchestration.links import DocsLink

if TYPE_CHECKING:
    from airflow.providers.openlineage.extractors import OperatorLineage


class _TellsLineage:
    """Tells OpenLineage which tables a model reads and makes, and from which columns it makes its own.

    Cosmos would leave that to the task of the one dbt process, which then reads and writes everything.
    """

    operator_extra_links = (DocsLink(),)
    inlets: list[Any]
    outlets: list[Any]
    compiled_sql: str

    def calculate_openlineage_events_completes(self, *_: Any) -> bool:
        """Spare what Cosmos reads from dbt's artifacts, on or off: nobody asks for it."""
        return False

    def get_openlineage_facets_on_complete(self, task_instance: Any) -> OperatorLineage[Any, Any]:  # noqa: ARG002
        """Tell OpenLineage about this model. Called only if OpenLineage is on."""
        from include.cerebro.lineage import events as lineage
        from include.cerebro.platform import connections

        (model,) = (asset.name for asset in self.outlets)
        reads = [asset.name for asset in self.inlets]
        return lineage.model_lineage(connections.warehouse(), reads, model, self.compiled_sql or None)


class DbtSnapshotOperator(_TellsLineage, DbtSnapshotWatcherOperator):  # type: ignore[misc]  # Cosmos brings no types
    """Waits until dbt has taken a snapshot; as a retry, takes it alone."""


class DbtModelOperator(_TellsLineage, DbtRunWatcherOperator):  # type: ignore[misc]  # Cosmos brings no types
    """Waits until dbt has built one model and run its tests; as a retry, builds and tests that model alone.

    ``has_tests``: whether the producer is going to report on tests of this model.
    """

    base_cmd: ClassVar[list[str]] = ["build"]

    def __init__(self, *, has_tests: bool, **kwargs: Any) -> None:
        # A retry is not to judge this model by tests of those that are built after it: they are not up to date yet.
        super().__init__(indirect_selection="buildable", **kwargs)
        self.has_tests = has_tests

    def _get_node_status(self, ti: Any, context: Any) -> Any:
        """Return the model's status once its tests have finished too, theirs if one of them failed."""
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
        """Fail, rather than wait for ever, if dbt is done and has not said a word about the model."""
        # The state was read before the model's status, so a status that was late would have been seen.
        if producer_task_state == ProducerTaskState.SUCCESS:
            raise AirflowException(
                f"dbt finished without building {self.model_unique_id}: the manifest that the DAG was made from is not "
                "the project's. Make it anew: make setup"
            )
        return bool(super()._handle_no_dbt_node_status(producer_task_state, try_number, context))
