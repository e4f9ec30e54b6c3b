"""Everything that rests on Cosmos' private parts, in one file.

Cosmos' version is pinned. ``tests/dags/test_cosmos_internals.py`` names the parts that are used here and fails when one
of them changes:

- ``cosmos.operators._watcher``: how the producer hands over what dbt reports, and how it keeps that for its retry;
- ``BaseConsumerSensor._get_node_status``, ``._handle_no_dbt_node_status``, ``._fallback_to_non_watcher_run``,
  ``._cache_compiled_sql`` and ``._log_startup_events``: the decisions of a model's task, and what it reads for them;
- ``DbtNodeStatus.FAILED``: how the producer reports a model that dbt skipped because one before it had failed;
- ``DbtProducerWatcherOperator._make_parse_callable``: what the producer does with a line of dbt's;
- ``ProjectConfig.manifest_path``: assigned, because the constructor makes an ObjectStoragePath of it;
- ``DbtProducerWatcherOperator.tests_per_model``, ``.run_subprocess`` and ``.calculate_openlineage_events_completes``;
- the task ``dbt_producer_watcher_done``, and a task's ``_task_display_name``.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar

from airflow.sdk.exceptions import AirflowException
from cosmos import DbtTaskGroup, ProjectConfig
from cosmos.constants import PRODUCER_WATCHER_TASK_ID
from cosmos.operators._watcher.aggregation import get_tests_status_xcom_key
from cosmos.operators._watcher.base import _extract_compiled_sql
from cosmos.operators._watcher.state import (
    DbtNodeStatus,
    ProducerTaskState,
    get_status_xcom_key,
    get_xcom_val,
    is_dbt_node_status_success,
    is_dbt_node_status_terminal,
    xcom_set_lock,
)
from cosmos.operators._watcher.xcom import _persist_backup
from cosmos.operators.watcher import DbtRunWatcherOperator, DbtSnapshotWatcherOperator

from include.cerebro.orchestration import dbt_fork_server

PRODUCER_DONE_TASK_ID = f"{PRODUCER_WATCHER_TASK_ID}_done"

# Seconds between two backups of what dbt has reported. Cosmos writes all of it with each report, which was half of the
# 144 requests that the producer made one after the other: dbt was done long before its last report was read. If the
# producer is killed, the tasks of the models that were reported since the last backup build theirs again.
BACKUP_INTERVAL = 2.0


class WithoutArtifacts:
    """Keeps Cosmos from reading dbt's artifacts for OpenLineage: the models' own tasks report their lineage."""

    def calculate_openlineage_events_completes(self, *_: object) -> bool:
        """Skip the artifacts; return that there are no events."""
        return False


def _rendered_first(operator: Any) -> tuple[str, ...]:
    """Return the fields of an operator that are rendered before a model's task runs: not dbt's environment."""
    return tuple(name for name in operator.template_fields if name != "env")


class _ReadsReports:
    """Reads what dbt reports of a model with one request, if it was built. Cosmos makes five."""

    log: Any
    env: Any
    model_unique_id: str
    producer_task_id: str
    _reported_sql: str | None = None

    def poke(self, context: Any) -> bool:
        """Return whether dbt has done its work, and its tests have passed. What is not simply so, Cosmos decides."""
        ti = context["ti"]
        status = self._get_node_status(ti, context)
        if ti.try_number == 1 and is_dbt_node_status_success(status):
            self._cache_compiled_sql(ti, context)
            self.log.info(
                "dbt has built %s; its messages are in the log of %s", self.model_unique_id, self.producer_task_id
            )
            return True
        if self._is_left_to_this_task(status, ti.try_number):
            return self._fallback_to_non_watcher_run(ti.try_number, context)
        return bool(super().poke(context))  # type: ignore[misc]

    def _is_left_to_this_task(self, status: str | None, try_number: int) -> bool:
        """Return whether dbt has done with the model, and only this task can build it yet.

        What dbt has reported stays as it is while it goes on with other models. Cosmos reads it once more in a retry,
        and fails, as long as the producer has not ended.
        """
        if status == DbtNodeStatus.FAILED:
            # So Cosmos calls what dbt skipped because a model before it had failed. Airflow starts this task when the
            # tasks of all models before it are green, so that one is built now.
            self.log.info("dbt has skipped %s: a model before it had failed, and is built now", self.model_unique_id)
            return True
        return try_number > 1 and is_dbt_node_status_terminal(status) and not is_dbt_node_status_success(status)

    def _get_node_status(self, ti: Any, _: Any) -> Any:
        """Return the status that dbt has reported; None if there is none yet."""
        report = get_xcom_val(ti, self.producer_task_id, get_status_xcom_key(self.model_unique_id))
        if report is None:
            return None
        self._outlet_uris = report.get("outlet_uris", [])
        self._reported_sql = report.get("compiled_sql")
        return report.get("status")

    def _cache_compiled_sql(self, _: Any, context: Any) -> None:
        """Show the SQL that came with the status among the task's rendered fields."""
        if self._reported_sql:
            self.compiled_sql = self._reported_sql
            self._override_rtif(context)  # type: ignore[attr-defined]

    def _fallback_to_non_watcher_run(self, try_number: int, context: Any) -> bool:
        """Build the model with a dbt process of its own. Only that needs the environment, which is a request more."""
        self.env = self.render_template(self.env, context)  # type: ignore[attr-defined]
        return bool(super()._fallback_to_non_watcher_run(try_number, context))  # type: ignore[misc]

    def run_subprocess(self, command: list[str], *args: Any, **kwargs: Any) -> Any:
        """Run dbt, without its imports if it stays imported."""
        return super().run_subprocess(dbt_fork_server.command(command), *args, **kwargs)  # type: ignore[misc]

    def _log_startup_events(self, _: Any) -> None:
        """Do not read dbt's first messages: they would be logged as debug."""


class SnapshotWatcher(WithoutArtifacts, _ReadsReports, DbtSnapshotWatcherOperator):  # type: ignore[misc]  # Cosmos brings no types
    """Waits until dbt has taken a snapshot. A retry takes it alone."""

    template_fields = _rendered_first(DbtSnapshotWatcherOperator)


class ModelWatcher(WithoutArtifacts, _ReadsReports, DbtRunWatcherOperator):  # type: ignore[misc]  # Cosmos brings no types
    """Waits until dbt has built one model and run its tests. A retry builds and tests that model alone.

    Cosmos in WATCHER mode has a task for a model and another for its tests. A task costs about a second on two cores,
    so here one task stands for both: green when the model is built and its own tests have passed.
    """

    base_cmd: ClassVar[list[str]] = ["build"]
    template_fields = _rendered_first(DbtRunWatcherOperator)

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


class _Producer:
    """The producer's task instance as Cosmos' parser sees it. Adds a model's SQL to the report of its status."""

    def __init__(self, ti: Any) -> None:
        self._ti = ti
        self.compiled: str | None = None

    def __getattr__(self, name: str) -> Any:
        return getattr(self._ti, name)

    def xcom_push(self, key: str, value: Any) -> None:
        """Push a report."""
        if self.compiled and isinstance(value, dict) and "status" in value and "outlet_uris" in value:
            # In place: the backup keeps the same object.
            value["compiled_sql"] = self.compiled
        self._ti.xcom_push(key=key, value=value)


class Reporter:
    """Reports what dbt says of each model, one request a model."""

    def __init__(self, parse: Callable[[str, Any], None]) -> None:
        """Report with Cosmos' parser of a line of dbt's messages."""
        self._parse = parse
        self._producer: _Producer | None = None
        self._backup_at = 0.0

    def __call__(self, line: str, extra: dict[str, Any]) -> None:
        """Read one line of dbt's; ``extra`` has the context and the project's folder."""
        context = extra["context"]
        if self._producer is None:
            self._producer = _Producer(context["ti"])
            context["ti"]._cosmos_xcom_persist_incrementally = False
        self._producer.compiled = _compiled_sql(line, extra["project_dir"])
        # Without a project, the parser pushes no SQL.
        self._parse(line, {**extra, "context": {**context, "ti": self._producer}, "project_dir": None})
        if time.monotonic() >= self._backup_at:
            with xcom_set_lock:
                _persist_backup(self._producer._cosmos_xcom_backup_var_key, self._producer._cosmos_xcom_backup_buffer)
            self._backup_at = time.monotonic() + BACKUP_INTERVAL


def _compiled_sql(line: str, project_dir: str) -> str | None:
    """Return the SQL of the model that a line says the end of; none if it says something else."""
    try:
        node = json.loads(line).get("data", {}).get("node_info") or {}
    except json.JSONDecodeError:
        return None
    if not is_dbt_node_status_terminal(node.get("node_status")):
        return None
    sql: str | None = _extract_compiled_sql(
        project_dir, node["unique_id"], node.get("node_path"), node.get("resource_type")
    )
    return sql


def adjust_producer(group: DbtTaskGroup, tests: dict[str, list[str]]) -> None:
    """Make the producer count each test to the model that it is written under, report little, and leave out lineage.

    Args:
        group: the task group that Cosmos made.
        tests: unique ids of tests by unique id of their model. Cosmos counts a test to every model that it refers to.
    """
    producer = group.children[f"{group.group_id}.{PRODUCER_WATCHER_TASK_ID}"]
    producer.tests_per_model = tests
    producer.calculate_openlineage_events_completes = WithoutArtifacts().calculate_openlineage_events_completes
    parser = producer._make_parse_callable
    producer._make_parse_callable = lambda: Reporter(parser())
    run_subprocess = producer.run_subprocess
    producer.run_subprocess = lambda command, *args, **kwargs: run_subprocess(
        dbt_fork_server.command(command), *args, **kwargs
    )
    # Cosmos creates this task itself and takes no name for it.
    group.children[f"{group.group_id}.{PRODUCER_DONE_TASK_ID}"]._task_display_name = "dbt build is done"
